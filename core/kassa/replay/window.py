"""The demonstration with a window: a store, its server, the network between, and the register's screen.

The window is a process of its own (``kassa ui``): the core knows no screen. At the terminal the store server and the
network can be made to fail, to see what the register does.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from rich import box
from rich.table import Table

from kassa.replay.books import channel_book, journal_book
from kassa.replay.catalogue import Catalogue, make_catalogue
from kassa.replay.faults import LASTING, SAID, SERVER_BOUNCED, STOP
from kassa.replay.invoices import sort_rows
from kassa.replay.report import Report
from kassa.replay.rows import read_rows
from kassa.replay.stage import Stage
from kassa.replay.store import PEOPLE, describe_store

COMMANDS = {
    "kill": STOP,
    "freeze": "freeze",
    "drip": "drip",
    "503": "status_503",
    "portal": "captive_portal",
    "reset": "reset",
    "bounce": SERVER_BOUNCED,
}
"""What can be typed at the terminal, and the trouble that it makes."""

DEMO_USER = "demo"
"""Who may log on to headquarters' pages."""
_SHOWN = 5


def window_command(folder: Path, language: str) -> list[str]:
    """The process that shows the register in ``folder``."""
    return [sys.executable, "-m", "kassa.cli", "ui", "--directory", str(folder), "--language", language]


def show(
    report: Report,
    file: Path,
    folder: Path,
    language: str,
    *,
    command: Callable[[Path, str], Sequence[str]] = window_command,
    typed: TextIO | None = None,
) -> bool:
    """Prepare the store, open the window, and wait until it is closed; whether its journal and the store server then
    agree.

    :param command: what opens the window.
    :param typed: where commands are read from; None: standard input.
    """
    catalogue = make_catalogue(sort_rows(read_rows(file)).invoices)
    report.say(f"Preparing a store with {len(catalogue.items):,} items and {len(catalogue.customers):,} customers …")
    with Stage(folder, describe_store(catalogue, language)) as stage:
        _tell(report, stage, catalogue)
        process = subprocess.Popen(list(command(stage.register_folder, language)))
        reader = threading.Thread(target=_obey, args=(report, stage, typed or sys.stdin), daemon=True)
        reader.start()
        try:
            code = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        journal, channel = stage.journal_file, stage.channel_file
    _count(report, journal, channel)
    return code == 0


def _tell(report: Report, stage: Stage, catalogue: Catalogue) -> None:
    report.profile()
    people = Table(title="Who may log on", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("Staff id", "PIN", "Name", "May"):
        people.add_column(heading)
    for person in PEOPLE:
        people.add_row(person.staff_id, person.pin, person.name, person.may)
    goods = Table(title="To scan or type, for example", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("Barcode", "Item", "Description", "Price £"):
        goods.add_column(heading)
    for item in islice(catalogue.items.values(), _SHOWN):
        goods.add_row(item.barcode, item.number, item.description, f"{item.unit_price:.2f}")
    report.say(people, goods)
    report.say(f"Customers: {', '.join(islice(catalogue.customers, _SHOWN))} …")
    report.say(f"Store server at {stage.server.address}, process {stage.server.pid}.")
    password = stage.server.add_headquarters_user(DEMO_USER)
    report.say(f"Headquarters' pages at {stage.server.address}/headquarters/: name {DEMO_USER}, password {password}")
    _help(report)


def _help(report: Report) -> None:
    report.say("Type here, and press Enter, while the window is open:")
    for word, kind in COMMANDS.items():
        report.say(f"  {word:<8}{SAID[kind]}")
    report.say("  ok      store server and network are in order again")


def _obey(report: Report, stage: Stage, typed: TextIO) -> None:
    for line in typed:
        word = line.strip().lower()
        if word == "ok":
            stage.recover()
            report.say("Store server and network are in order.")
        elif word in COMMANDS:
            stage.fail(COMMANDS[word])
            lasting = " until you type ok" if COMMANDS[word] in LASTING else ""
            report.say(f"Now {SAID[COMMANDS[word]]}{lasting}.")
        elif word:
            _help(report)


def _count(report: Report, journal_file: Path, channel_file: Path) -> None:
    journal, channel = journal_book(journal_file), channel_book(channel_file)
    total = sum(sale.total for sale in journal.sales)
    report.say(
        f"{len(journal.sales):,} sales and returns in the register's journal, £{total:,.2f};"
        f" {len(channel.sales):,} of them in the channel database."
    )
    for wrong in (*journal.wrong, *channel.wrong):
        report.say(f"  {wrong}")
