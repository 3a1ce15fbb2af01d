"""The print queue at a real printer on the network: it prints, waits, warns, and never holds up a sale."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from tests.plugins.receipt.paper import PROFILE, Maker, network, sell, store

from kassa.register import Register
from kassa.testing.forked_till import ForkedTill
from kassa.testing.receipt_printer import ReceiptPrinter
from kassa.testing.shop import Shop, wait_until

MOST = 3


@dataclass(frozen=True)
class Desk:
    """A register with somebody at it, and its printer."""

    shop: Shop
    register: Register
    printer: ReceiptPrinter

    def sell(self, *numbers: str) -> str:
        """Sell for cash; the receipt's number."""
        return sell(self.shop, self.register, *numbers)

    @property
    def warning(self) -> str:
        """What the status header says of the printer."""
        return " ".join(str(item.text) for item in self.register.view().status_items if item.operation == 717)

    def comes(self, count: int) -> list[str]:
        """Wait until so many documents are printed and nothing waits; they."""
        wait_until(lambda: len(self.printer.documents) == count and not self.warning, f"{count} documents are printed")
        return self.printer.documents

    def back(self) -> None:
        """The printer works again, and is tried at once."""
        self.printer.come_back()
        self.register.run(717, action="retry")


@pytest.fixture(scope="module")
def open_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all of them."""
    with ReceiptPrinter() as printer:
        described = store(network(printer, most_waiting=MOST))
        with Shop(tmp_path_factory.mktemp("desk"), store=described, profile=PROFILE) as shop:
            register = shop.open_register()
            shop.log_on(register)
            yield Desk(shop, register, printer)


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    """The desk with a printer that works and has printed nothing."""
    open_desk.printer.come_back()
    if open_desk.warning:
        open_desk.register.run(717, action="discard")
        wait_until(lambda: not open_desk.warning, "nothing waits")
    open_desk.printer.received = b""
    return open_desk


def test_a_sale_is_printed_and_the_drawer_opens(desk: Desk) -> None:
    """Each receipt comes once, in order, and a cash sale opens the drawer; a card sale does not."""
    first = desk.sell()
    desk.register.run(100, code=desk.shop.barcode("1007"))
    second = desk.register.run(201).data.receipt_number
    documents = desk.comes(2)
    assert first in documents[0]
    assert "Räksmörgås" in documents[1]
    assert second in documents[1]
    assert desk.printer.pulses == 1


def test_a_printer_that_is_off_waits_warns_and_holds_up_no_sale(desk: Desk) -> None:
    """Sales go on while it is off; the header says so and how many wait; they come when it is on again, in order."""
    desk.printer.switch_off()
    numbers = [desk.sell() for _ in range(3)]
    wait_until(lambda: "3 waiting" in desk.warning, "the header says what waits")
    assert "cannot be reached" in desk.warning
    desk.back()
    documents = desk.comes(3)
    assert [number in document for number, document in zip(numbers, documents, strict=True)] == [True] * 3
    assert "avbrott" not in "".join(documents)


def test_a_printer_that_dies_half_way_prints_again_whole(desk: Desk) -> None:
    """Half a receipt is printed again from the top, and says so; the drawer does not open a second time for it."""
    desk.printer.die_after(120)
    number = desk.sell()
    wait_until(lambda: "stopped half-way" in desk.warning, "it is noticed")
    assert number not in desk.printer.unfinished
    desk.back()
    (document,) = desk.comes(1)
    assert "Utskriven på nytt efter avbrott" in document
    assert number in document
    assert desk.printer.pulses == 1


def test_cover_and_paper_are_told_apart(desk: Desk) -> None:
    """What somebody must do is said: shut the cover, put in paper. Nothing is sent to be printed meanwhile."""
    printer = desk.printer
    printer.cover_open = True
    desk.sell()
    wait_until(lambda: "cover is open" in desk.warning, "the cover")
    printer.cover_open, printer.paper_out = False, True
    desk.register.run(717, action="retry")
    wait_until(lambda: "out of paper" in desk.warning, "the paper")
    assert printer.received == b""
    printer.paper_low = True
    desk.back()
    desk.comes(1)
    (status, _drawer) = desk.register.run(717).data
    printer.paper_low = False
    assert (status.state, str(status.what)) == ("warning", "Paper runs low")


def test_a_printer_that_says_nothing_is_given_up(desk: Desk) -> None:
    """One that accepts and never answers costs its time-out on the printing thread, and no sale any time."""
    desk.printer.silent = True
    desk.sell()
    wait_until(lambda: "does not answer" in desk.warning, "it is noticed")
    desk.back()
    desk.comes(1)


def test_no_more_wait_than_may(desk: Desk) -> None:
    """The oldest are given up first; they stay in the journal. Discard gives up the rest."""
    desk.printer.switch_off()
    numbers = [desk.sell() for _ in range(MOST + 2)]
    wait_until(lambda: f"{MOST} waiting" in desk.warning, "as many wait as may")
    desk.back()
    documents = "".join(desk.comes(MOST))
    assert [number in documents for number in numbers] == [False, False, True, True, True]
    desk.printer.switch_off()
    desk.sell()
    wait_until(lambda: "1 waiting" in desk.warning, "one waits")
    desk.register.run(717, action="discard")
    wait_until(lambda: not desk.warning, "nothing waits")
    desk.printer.come_back()
    last = desk.sell()
    assert last in desk.comes(MOST + 1)[-1]


def is_kept(folder: Path) -> bool:
    """Whether the register in that folder has noted that a document is on paper, and begins no other."""
    with closing(sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True)) as journal:
        query = "SELECT value FROM setting WHERE owner = 'receipt' AND name = 'printed'"
        (value,) = journal.execute(query).fetchone() or ("{}",)
    place = msgspec.json.decode(value)
    return bool(place.get("sequence")) and "begun" not in place


def test_a_register_that_is_killed_prints_what_waits(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """The queue is the journal: after a kill, what waited is printed, once, and what was printed is not again."""
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    till = shop.start_till(kind=ForkedTill)
    till.run(700, staff_id="1001", pin="1234")
    till.run(100, code=shop.barcode("1001"))
    till.run(200)
    wait_until(lambda: is_kept(till.folder), "the first is printed, and the register knows it")
    printer.switch_off()
    till.run(100, code=shop.barcode("1002"))
    till.run(200)
    till.kill()
    printer.come_back()
    till.come_back()
    wait_until(lambda: len(printer.documents) >= 2, "what waited is printed")
    till.run(700, staff_id="1001", pin="1234")
    till.run(100, code=shop.barcode("1007"))
    till.run(200)
    wait_until(lambda: len(printer.documents) >= 3, "and so is what comes")
    articles = ("Kaffe", "Mjölk", "Räksmörgås")
    assert [name in document for name, document in zip(articles, printer.documents, strict=True)] == [True] * 3
