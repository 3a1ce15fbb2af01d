"""The setup chapter of the founding document, played as a retailer would: headquarters' pages in a real browser, real
``kassa`` commands, a real server that is killed, and the register's own window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.seed.places import PATIENCE_S, Server, Terminal, Window
from tests.server.web.browser.chromium import Pages
from tests.server.web.stocked import PASSWORD

from kassa.testing.shop import wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, SMALL_STORE, barcode

NOT_READY = "The offline database has not been loaded."


@pytest.fixture
def open_window(terminal: Terminal, tmp_path: Path) -> Iterator[Callable[[], Window]]:
    """Opens the register's window."""
    opened: list[Window] = []

    def make() -> Window:
        opened.append(Window(terminal, tmp_path / "window.log"))
        return opened[-1]

    yield make
    for window in opened:
        window.close()


def switch_support_offline_on(pages: Pages) -> None:
    """*Stöd offline* is set to *Ja* on the register's page: its offline database is in the store's group."""
    pages.open("/registers/R1")
    assert pages.find("#offline").text == "Stöd offline Nej"
    pages.press("#support-offline")
    assert pages.find("#offline").text == "Stöd offline Ja"
    pages.open("/databases")
    assert "Kassa 1 R1 Offlinedatabas Aktiv" in " ".join(pages.find("main table").text.split())


def run_the_schedules(pages: Pages) -> None:
    """Everything is run by hand: it was made ready for the registers, and the history says by whom."""
    pages.open("/schedules")
    pages.press('form[action$="/9999/run"] button')
    wait_until(lambda: "Tillgänglig" in history_of(pages), "the page shows that the run is over", PATIENCE_S)
    assert "Anna" in history_of(pages)


def history_of(pages: Pages) -> str:
    """The latest run on the page, which loads itself anew while it runs."""
    newest = "return document.querySelector('section:last-of-type tbody tr')?.innerText ?? ''"
    return str(pages.script(newest))


def install(terminal: Terminal, pages: Pages) -> None:
    """The register is installed with a code from its page; the installation makes an offline database, without data."""
    pages.open("/registers/R1")
    pages.press("#make-code")
    said = terminal.run("register", "install", pages.find("code.big").text)
    assert "Offline database: sqlite" in said
    assert len(list((terminal.data / "register").glob("offline-*.db"))) == 1
    status, said = terminal.ask("register", "readiness")
    assert (status, NOT_READY in said) == (1, True)


def watch_the_data_arrive(terminal: Terminal, pages: Pages, window: Window) -> None:
    """It comes after the first log on: in the register's header, on the command line, and on headquarters' page of the
    register, which count the same rows."""
    window.until("Synk")
    wait_until(lambda: told_of(terminal, "Ready to sell offline") == "yes", "the data has come", PATIENCE_S)
    products = told_of(terminal, "Data: products").split()[0]
    assert int(products) >= 2 * len(SMALL_STORE["items"])

    def told() -> bool:
        pages.open("/registers/R1")
        rows = {row.text.split()[0]: row.text for row in pages.all('[aria-labelledby="groups"] tbody tr')}
        return f"Införd {products} " in rows.get("Produkter", "") and "Personal" in rows

    wait_until(told, "the page of the register shows its data", PATIENCE_S)


def sell(window: Window, *items: str, change: str) -> None:
    """Scan, pay 1 000 in cash, give the change."""
    for number in items:
        window.type(barcode(number) + "\n")
    window.until(*(NAMES[number] for number in items))
    window.type("1000")
    window.key("j", "ctrl")
    window.until("Växel", change)


NAMES = {"1001": "Kaffe mellanrost 450 g", "1004": "Regnjacka Sarek, blå M", "1005": "Pocketbok"}
RECEIPTS = [("S1-R1-1-000003", "54,90"), ("S1-R1-1-000002", "69,00"), ("S1-R1-1-000001", "953,90")]


def receipts(pages: Pages) -> list[tuple[str, str]]:
    """Number and total of each sale on headquarters' page *Försäljning*, newest first."""
    pages.open("/sales?register=R1")
    return [(row.text.split()[0], row.text.split()[-2]) for row in pages.all("tbody tr")]


def told_of(terminal: Terminal, label: str) -> str:
    """What ``kassa status`` says of something; empty: nothing yet."""
    said = dict(line.split(":  ", 1) for line in terminal.run("status").splitlines() if ":  " in line)
    return said.get(label, "").strip()


@pytest.mark.timeout(400)
def test_the_setup_chapter(terminal: Terminal, server: Server, pages: Pages, open_window: Callable[[], Window]) -> None:
    """*Support offline* is switched on, the schedules are run, the register is installed and logged on to, data comes,
    the server is lost in the middle of a sale, sales go on and wait, the server comes back, and headquarters has each
    of them once."""
    pages.log_on("Anna", PASSWORD)
    switch_support_offline_on(pages)
    run_the_schedules(pages)
    install(terminal, pages)
    window = open_window()
    window.until("Logga in")
    window.type(f"{CASHIER}\n{CASHIER_PIN}\n")
    window.until("Ansluten", "Elin Berg")
    watch_the_data_arrive(terminal, pages, window)

    window.type(barcode("1004") + "\n")
    window.until(NAMES["1004"])
    server.kill()
    sell(window, "1001", change="46,00")
    window.until("Frånkopplad", "1 köp väntar på överföring")
    sell(window, "1005", change="931,00")
    window.until("2 köp väntar på överföring")
    assert told_of(terminal, "Sales waiting").startswith("2, 1022.90 in all")

    server.start()
    sell(window, "1001", change="945,00")
    window.until("Ansluten")
    wait_until(lambda: receipts(pages) == RECEIPTS, "headquarters shows the sales", PATIENCE_S)
