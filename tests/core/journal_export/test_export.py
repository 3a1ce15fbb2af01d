"""kassa journal export: what comes out adds up to what the journal holds, whatever was sold, whatever it is called."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.core.journal.book import FIRST, RECORD, event
from tests.core.journal.conftest import Shelf
from typer.testing import CliRunner

from kassa.cli import build
from kassa.errors import JournalDamaged
from kassa.journal.entry import SalePayload, decode_entry, raw
from kassa.journal.records import NewEntry
from kassa.journal_export.poslog import NAMESPACE, as_poslog
from kassa.journal_export.reading import entries_of
from kassa.journal_export.table import as_csv
from kassa.model import Discount, Item, Line, Payment, Transaction
from kassa.sale.totals import Totals, compute
from kassa.testing.clock import START

NS = {"p": NAMESPACE}
RATES = {"25": Decimal("0.25"), "12": Decimal("0.12"), "6": Decimal("0.06")}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """A journal with some sales, a return, a void and an event in it."""
    made = Shelf(tmp_path)
    for number, sale in enumerate(day()):
        finished = not sale.voided
        entry = NewEntry(
            "sale" if finished else "void", raw(SalePayload(sale, compute(sale))), staff_id="17",
            amount=compute(sale).total if finished else None, takes_receipt_number=finished,
        )  # fmt: skip
        made.journal.append(entry, generation=0)
        if number == 1:
            made.journal.append(event("drawer"), generation=0)
    yield made
    made.journal.close()


def day() -> list[Transaction]:
    """A sale with discounts and rounding, a return, one voided."""
    coffee, jacket, book = item("1001", "54.90", "12"), item("1004", "899.00", "25"), item("1005", "69.00", "6")
    sale = transaction(1, (line("a", coffee, "2"), line("b", jacket, "1"), line("c", book, "1", voided=True)))
    sale = msgspec.structs.replace(sale, discount=Discount("percent", Decimal("7.5")), comment="=cmd\x00 <&>")
    back = transaction(2, (line("a", book, "-1"),))
    void = msgspec.structs.replace(transaction(3, (line("a", jacket, "1"),)), voided=True)
    return [paid(sale), paid(back), void]


def item(number: str, price: str, code: str) -> Item:
    return Item(number, f"Vara {number}", Decimal(price), code, RATES[code])


def line(identity: str, sold: Item, quantity: str, *, voided: bool = False) -> Line:
    return Line(identity, sold, Decimal(quantity), voided=voided)


def transaction(number: int, lines: tuple[Line, ...]) -> Transaction:
    return Transaction(f"{number:032x}", "S1", "R1", "17", "SEK", tax_included=True, started_at=START, lines=lines)


def paid(sale: Transaction) -> Transaction:
    """In cash, rounded to whole kronor."""
    total = compute(sale).total
    rounded = total.quantize(Decimal(1))
    payment = Payment("p", "cash", "cash", "Kontant", rounded, rounded + 100, Decimal(100), rounded - total)
    return msgspec.structs.replace(sale, payments=(payment,))


def sales_of(folder: Path) -> list[Totals]:
    entries = [entry for entry in entries_of(folder) if entry.kind == "sale"]
    return [msgspec.json.decode(entry.payload, type=SalePayload).totals for entry in entries]


def test_poslog_adds_up_to_the_journal(shelf: Shelf) -> None:
    """Read back, totals, tax of each rate and tenders are the journal's; each entry is there once, in its place."""
    root = ElementTree.fromstring("".join(as_poslog(entries_of(shelf.folder))))
    assert [int(number.text or "") for number in root.findall("p:Transaction/p:SequenceNumber", NS)] == [1, 2, 3, 4]
    delivered = root.findall("p:Transaction/p:RetailTransaction[@TransactionStatus='Delivered']", NS)
    wanted = sales_of(shelf.folder)
    for found, totals in zip(delivered, wanted, strict=True):
        assert amount(found, "p:Total[@TotalType='TransactionGrandAmount']") == totals.total
        assert amount(found, "p:Total[@TotalType='TransactionRoundingAmount']") == totals.rounding
        taxes = {tax.get("TaxGroupID"): amount(tax, "p:Amount") for tax in found.findall("p:Tax", NS)}
        assert taxes == {tax.tax_code: tax.tax for tax in totals.taxes}
        sold = [each for each in found.findall("p:LineItem", NS) if each.get("VoidFlag") is None]
        lines = [part for each in sold for kind in ("Sale", "Return") for part in each.findall(f"p:{kind}", NS)]
        assert sum(amount(part, "p:ExtendedAmount") for part in lines) == totals.total
        tenders = [amount(each, "p:Tender/p:Amount") for each in sold if each.find("p:Tender", NS) is not None]
        assert sum(tenders) == totals.paid
    assert root.find("p:Transaction/p:ControlTransaction[@Kind='drawer']", NS) is not None


def amount(parent: ElementTree.Element, path: str) -> Decimal:
    return Decimal(parent.findtext(path, namespaces=NS) or "")


def test_csv_adds_up_to_the_journal(shelf: Shelf) -> None:
    """Read back by the standard library, the rows of each record add up to the journal's sums; a word that a
    spreadsheet would take for a formula does not begin a cell."""
    table = list(csv.DictReader(io.StringIO("".join(as_csv(entries_of(shelf.folder))), newline="")))
    totals = sales_of(shelf.folder)
    sold = [row for row in table if row["kind"] == "sale"]

    def column(record: str, name: str) -> Decimal:
        return sum((Decimal(row[name]) for row in sold if row["record"] == record), Decimal(0))

    assert column("transaction", "total") == sum(each.total for each in totals)
    assert column("line", "net") == sum(each.total for each in totals)
    assert column("tax", "tax") == sum(each.tax for each in totals)
    assert column("payment", "amount") == sum(each.paid for each in totals)
    assert column("payment", "rounding") == sum(each.rounding for each in totals)
    assert [row["kind"] for row in table if row["record"] == "event"] == ["drawer"]
    assert not any(cell.startswith(("=", "@")) for row in table for cell in row.values())


@given(words=some.text(max_size=40), code=some.text(min_size=1, max_size=10))
def test_whatever_things_are_called_both_read_back(words: str, code: str) -> None:
    """Any words in a description give XML that parses and CSV with the same rows."""
    sale = transaction(1, (Line("a", Item(code, words, Decimal(10), "25", RATES["25"]), Decimal(1)),))
    body = {
        "format": 1, "series": FIRST, "sequence": 1, "entry_id": "e", "kind": "sale", "store_id": "S1",
        "register_id": "R1", "at": START, "local_time": "2026-03-02T10:00:00+01:00",
        "payload": SalePayload(sale, compute(sale)),
    }  # fmt: skip
    entry = decode_entry(msgspec.json.encode(body))
    root = ElementTree.fromstring("".join(as_poslog([entry])))
    assert len(root.findall("p:Transaction/p:RetailTransaction/p:LineItem", NS)) == 1
    table = list(csv.DictReader(io.StringIO("".join(as_csv([entry])), newline="")))
    assert [row["record"] for row in table] == ["transaction", "line", "tax"]
    if not words.startswith(("=", "+", "-", "@", "\t", "\r")):
        assert table[1]["description"] == words


def test_a_series_after_another_and_after_purging(shelf: Shelf) -> None:
    """All series come, in their order; what was purged is gone, and the rest is verified from there."""
    shelf.journal.open_series("6f" * 16, 2, RECORD)
    shelf.journal.append(event("log_on"), generation=0)
    assert [(entry.series, entry.sequence) for entry in entries_of(shelf.folder)] == [
        *((FIRST, number) for number in range(1, 5)), ("6f" * 16, 1),
    ]  # fmt: skip


def test_a_damaged_journal_is_not_exported(shelf: Shelf, tmp_path: Path) -> None:
    """A changed entry stops the export with an error, and leaves no half file."""
    with shelf.journal._database.writing("test") as connection:
        connection.execute(
            "UPDATE entry SET data = CAST(replace(CAST(data AS TEXT), '1001', '1002') AS BLOB) WHERE sequence = 1"
        )
    output = tmp_path / "out.csv"
    command = ["journal", "export", "--directory", str(shelf.folder), "--format", "csv", "--output", str(output)]
    result = CliRunner().invoke(build("journal"), command)
    assert isinstance(result.exception, JournalDamaged)
    assert not output.exists()


@pytest.mark.parametrize("form", ["csv", "poslog"])
def test_command_writes_a_new_file_of_the_days_asked_for(shelf: Shelf, tmp_path: Path, form: str) -> None:
    """The command works while the register has the journal; a file that is there is not overwritten; days outside give
    an empty document."""
    output = tmp_path / f"out.{form}"

    def export(*more: str) -> int:
        command = ["journal", "export", "-d", str(shelf.folder), "--format", form, "-o", str(output), *more]
        return CliRunner().invoke(build("journal"), command).exit_code

    assert export("--from", "2026-01-01") == 0
    assert "S1-R1-1-000001" in output.read_text("utf-8")
    assert export() == 2
    output.unlink()
    assert export("--to", "2001-01-01") == 0
    assert "S1-R1-1-000001" not in output.read_text("utf-8")
