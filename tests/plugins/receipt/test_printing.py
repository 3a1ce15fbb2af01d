"""The print queue at a real printer on the network: it prints, waits, warns, and never holds up a sale."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from tests.plugins.receipt.paper import PROFILE, Maker, network, sell, store

from kassa.register import Register
from kassa.testing.forked_till import ForkedTill
from kassa.testing.receipt_printer import ReceiptPrinter
from kassa.testing.shop import wait_until


def warning(register: Register) -> str:
    """What the status header says of the printer."""
    return " ".join(str(item.text) for item in register.view().status_items if item.operation == 717)


def test_a_sale_is_printed_and_the_drawer_opens(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """Each receipt comes once, in order, and a cash sale opens the drawer; a card sale does not."""
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    first = sell(shop, register)
    register.run(100, code=shop.barcode("1007"))
    second = register.run(201).data.receipt_number
    wait_until(lambda: len(printer.documents) == 2, "both are printed")
    assert first in printer.documents[0]
    assert "Räksmörgås" in printer.documents[1]
    assert second in printer.documents[1]
    assert printer.pulses == 1
    assert warning(register) == ""


def test_a_printer_that_is_off_waits_warns_and_holds_up_no_sale(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """Sales go on while it is off; the header says so and how many wait; they come when it is on again, in order."""
    printer.switch_off()
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    numbers = [sell(shop, register) for _ in range(3)]
    wait_until(lambda: "3 documents wait" in warning(register), "the header says what waits")
    assert "cannot be reached" in warning(register)
    printer.come_back()
    register.run(717, action="retry")
    wait_until(lambda: len(printer.documents) == 3, "what waited is printed")
    assert [number in document for number, document in zip(numbers, printer.documents, strict=True)] == [True] * 3
    assert "interruption" not in "".join(printer.documents)
    wait_until(lambda: warning(register) == "", "the warning goes")


def test_a_printer_that_dies_half_way_prints_again_whole(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """Half a receipt is printed again from the top, and says so; the drawer does not open a second time for it."""
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    printer.die_after(120)
    number = sell(shop, register)
    wait_until(lambda: "stopped half-way" in warning(register), "it is noticed")
    assert number not in printer.unfinished
    printer.come_back()
    register.run(717, action="retry")
    wait_until(lambda: number in printer.unfinished or bool(printer.documents), "it is printed again")
    wait_until(lambda: len(printer.documents) == 1, "it is cut off")
    assert "Utskriven på nytt efter avbrott" in printer.documents[0]
    assert number in printer.documents[0]
    assert printer.pulses == 1


def test_cover_and_paper_are_told_apart(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """What somebody must do is said: shut the cover, put in paper. Nothing is sent to be printed meanwhile."""
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    printer.cover_open = True
    sell(shop, register)
    wait_until(lambda: "cover is open" in warning(register), "the cover")
    printer.cover_open, printer.paper_out = False, True
    register.run(717, action="retry")
    wait_until(lambda: "out of paper" in warning(register), "the paper")
    assert printer.received == b""
    printer.paper_out, printer.paper_low = False, True
    register.run(717, action="retry")
    wait_until(lambda: len(printer.documents) == 1, "printed")
    (status, _drawer) = register.run(717).data
    assert (status.state, str(status.what)) == ("warning", "Paper runs low")


def test_a_printer_that_says_nothing_is_given_up(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """One that accepts and never answers costs its time-out on the printing thread, and no sale any time."""
    printer.silent = True
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    sell(shop, register)
    wait_until(lambda: "does not answer" in warning(register), "it is noticed")
    printer.come_back()
    register.run(717, action="retry")
    wait_until(lambda: len(printer.documents) == 1, "printed")


def test_no_more_wait_than_may(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """The oldest are given up first; they stay in the journal. Discard gives up the rest."""
    printer.switch_off()
    shop = make_shop(store=store(network(printer, most_waiting=2)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    numbers = [sell(shop, register) for _ in range(4)]
    wait_until(lambda: "2 documents wait" in warning(register), "two wait")
    printer.come_back()
    register.run(717, action="retry")
    wait_until(lambda: len(printer.documents) == 2 and warning(register) == "", "two are printed")
    assert [number in "".join(printer.documents) for number in numbers] == [False, False, True, True]
    printer.switch_off()
    sell(shop, register)
    wait_until(lambda: "1 document waits" in warning(register), "one waits")
    register.run(717, action="discard")
    wait_until(lambda: warning(register) == "", "nothing waits")
    printer.come_back()
    last = sell(shop, register)
    wait_until(lambda: len(printer.documents) == 3, "only what came after it is printed")
    assert last in printer.documents[2]


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
