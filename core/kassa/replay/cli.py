"""``kassa replay`` and ``kassa demo``."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from kassa.replay.report import Report

OWN_FILE = Path(__file__).parent / "data" / "online-retail-2010-12-01_02.csv"

Directory = Annotated[
    Path | None,
    typer.Option("--directory", "-d", help="Where to keep store, journal and logs; must be empty. Default: temporary."),
]
Seed = Annotated[int | None, typer.Option(help="Draw what fails, and when, from this seed.", metavar="SEED")]
Keep = Annotated[bool, typer.Option("--keep", help="Keep the temporary folder, and say where it is.")]


def replay(
    file: Annotated[Path, typer.Argument(help="Invoice lines, in the columns of the Online Retail data set.")],
    faults: Seed = None,
    no_faults: Annotated[bool, typer.Option("--no-faults", help="Nothing is made to fail.")] = False,
    sales: Annotated[int | None, typer.Option(help="Play only the first so many sales.", min=1)] = None,
    directory: Directory = None,
    keep: Keep = False,
) -> None:
    """Play real trading days through a register while its store server fails; then count every penny.

    Ends with 0 only if every sale of FILE is in the journal and in the channel database, once, to the penny.
    """
    report = _report()
    with _folder(directory, keep, report) as place:
        place.proven = _play(report, file, place.folder, seed=faults, nothing_fails=no_faults, first=sales)
    raise typer.Exit(0 if place.proven else 1)


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No window: play two real days and count every penny.")
    ] = False,
    language: Annotated[str, typer.Option(help="The window's language: en or sv.")] = "en",
    faults: Seed = None,
    directory: Directory = None,
    keep: Keep = False,
) -> None:
    """A store, its server and a register on this machine, with the goods of a real retailer.

    Opens the register's window. Without a display it plays the retailer's two trading days instead, as
    `kassa replay` does.
    """
    report = _report()
    if not headless and not _has_display():
        report.say("There is no display, so no window: two real trading days are played instead.\n")
    with _folder(directory, keep, report) as place:
        if headless or not _has_display():
            place.proven = _play(report, OWN_FILE, place.folder, seed=faults)
        else:
            from kassa.replay.window import show

            place.proven = show(report, OWN_FILE, place.folder, language)
    raise typer.Exit(0 if place.proven else 1)


def _play(
    report: Report,
    file: Path,
    folder: Path,
    *,
    seed: int | None = None,
    nothing_fails: bool = False,
    first: int | None = None,
) -> bool:
    from kassa.replay.faults import default_plan, random_plan
    from kassa.replay.invoices import sort_rows
    from kassa.replay.player import PlayFailed
    from kassa.replay.rows import read_rows
    from kassa.replay.run import run

    report.say(f"[bold]{file.name}[/bold]")
    reading = sort_rows(read_rows(file))
    invoices = reading.invoices[:first]
    if not invoices:
        report.say("The file holds no sale: there is nothing to play.")
        report.no_sale(reading.no_sale)
        return False
    plan = default_plan(invoices) if seed is None else random_plan(invoices, seed)
    plan = () if nothing_fails else plan
    report.reading(reading, invoices)
    report.profile()
    report.plan(plan, invoices, seed)
    try:
        with report.progress(len(invoices)) as progress:
            outcome = run(folder, invoices, plan, progress)
    except PlayFailed as failed:
        report.say(f"\n[bold red]Not proven:[/bold red] {failed}")
        return False
    report.story(outcome.played)
    report.figures(outcome.played, invoices)
    report.no_sale(reading.no_sale)
    report.reconciliation(outcome.reconciliation)
    report.verdict(outcome.reconciliation, invoices)
    return outcome.reconciliation.proven


def _report() -> Report:
    from rich.console import Console

    from kassa.replay.report import Report

    return Report(_console(Console))


def _console(make: type[Console]) -> Console:
    """Where nobody looks at a terminal, lines are as wide as they need to be."""
    return make(highlight=False) if sys.stdout.isatty() else make(highlight=False, width=160)


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class _Place:
    """The folder to work in, and whether what was done there came out right."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.proven = False


def _end(number: int, _frame: object) -> None:
    """Told to end from outside: let everybody stop what they have started."""
    sys.exit(128 + number)


@contextmanager
def _folder(directory: Path | None, keep: bool, report: Report) -> Iterator[_Place]:
    """A temporary folder goes at the end, unless it is to be kept, or something is off."""
    if directory is not None and directory.exists() and any(directory.iterdir()):
        raise typer.BadParameter(f"{directory} is not empty", param_hint="--directory")
    place = _Place(directory or Path(tempfile.mkdtemp(prefix="kassa-replay-")))
    place.folder.mkdir(parents=True, exist_ok=True)
    for number in (getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)):
        signal.signal(number, _end)
    try:
        yield place
    finally:
        if directory is None and not keep and place.proven:
            shutil.rmtree(place.folder, ignore_errors=True)
        else:
            report.say(f"Store, journal and logs are in {place.folder}.")
