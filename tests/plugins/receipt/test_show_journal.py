"""115 Show journal: this register's receipts, and the one copy of each that may be printed."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader
from tests.plugins.receipt.paper import PROFILE, Maker, network, receipt, sell, simulated, store

from kassa.errors import NotAllowed, NotAvailable, NotFound
from kassa.testing.receipt_printer import ReceiptPrinter
from kassa.testing.shop import wait_until

CUT, TWICE = b"\x1dV", b"\x1b!0"
"""ESC/POS: cut; twice as wide and twice as high."""


def test_exactly_one_copy_marked_and_counted(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """A copy is marked with large words, opens no drawer and is in the journal; a second one is refused."""
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    number = sell(shop, register)
    register.run(115, receipt_number=number, action="reprint")
    with pytest.raises(NotAllowed, match="was printed"):
        register.run(115, receipt_number=number, action="reprint")
    wait_until(lambda: len(printer.documents) == 2, "receipt and copy")
    original, copy = printer.documents
    assert ("KOPIA" in original, copy.count("KOPIA")) == (False, 2)
    assert number in copy
    assert [part.count(TWICE) for part in printer.received.split(CUT)] == [0, 2, 0], "no amount is as large"
    assert printer.pulses == 1
    (entry,) = register.journal_entries(kinds=("copy",))
    assert msgspec.json.decode(entry.payload)["receipt_number"] == number


def test_the_journal_is_shown_newest_first(make_shop: Maker, tmp_path: Path) -> None:
    """Eight at a time, older ones on request, each with time, number and amount; a receipt is shown line by line."""
    shop = make_shop(store=store(simulated(tmp_path / "paper.txt")), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    numbers = [sell(shop, register) for _ in range(9)]
    shown = register.run(115)
    assert [entry.receipt_number for entry in shown.data] == numbers[:0:-1]
    assert shown.window is not None
    older = next(action for action in shown.window.actions if str(action.label) == "Older")
    assert [entry.receipt_number for entry in register.run(115, **older.parameters).data] == numbers[:1]
    one = register.run(115, receipt_number=numbers[0])
    assert one.window is not None
    assert ("Kaffe mellanrost 450 g", "SEK 54.90") in [
        (str(row.label), str(row.value).replace("\N{NO-BREAK SPACE}", " ")) for row in one.window.rows
    ]
    assert "Elektroniskt kassakvitto" in one.data


def test_what_is_not_there_is_said(make_shop: Maker) -> None:
    """A number of another register is not found; without a printer no copy is used up."""
    shop = make_shop(store=store(receipt()), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    number = sell(shop, register)
    with pytest.raises(NotFound, match="S1-R9-1-000001"):
        register.run(115, receipt_number="S1-R9-1-000001")
    with pytest.raises(NotAvailable, match="no receipt printer"):
        register.run(115, receipt_number=number, action="reprint")
    assert register.journal_entries(kinds=("copy",)) == []


def test_as_pdf_for_a_message(make_shop: Maker) -> None:
    """The same words as in the text, marked as electronic, on one page as narrow as the paper; the code to scan is
    drawn."""
    shop = make_shop(store=store(receipt()), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    number = sell(shop, register)
    text = register.run(115, receipt_number=number).data
    (page,) = PdfReader(io.BytesIO(register.run(115, receipt_number=number, action="pdf").data)).pages
    assert page.mediabox.width < page.mediabox.height
    said = page.extract_text()
    assert [word for word in text.split() if word not in said] == []
    assert page.get_contents().get_data().count(b" re f") > 50
