"""The three books: the file, the register's journal, the channel database, each read by itself.

The journal and the channel database are read straight from their SQLite files, read only, by plain SQL and the standard
library's JSON: nothing here uses the code that wrote them. Line amounts and totals are computed anew.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import msgspec

from kassa.replay.invoices import Invoice
from kassa.replay.paying import payments
from kassa.replay.steps import LABEL

PENNY = Decimal("0.01")
_ZERO = Decimal(0)


class BookLine(msgspec.Struct, frozen=True):
    """A line that counts: a return has a negative quantity."""

    item_number: str
    quantity: Decimal
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Price times quantity, rounded half up to the penny."""
        return (self.unit_price * self.quantity).quantize(PENNY, ROUND_HALF_UP)


class BookPayment(msgspec.Struct, frozen=True):
    """A payment that counts."""

    kind: str
    tendered: Decimal
    change: Decimal


class BookSale(msgspec.Struct, frozen=True):
    """A sale as one book has it.

    :param invoice: the invoice of the file; None for a sale that names none.
    :param total: as the book says it, not as its lines add up.
    """

    invoice: str | None
    lines: tuple[BookLine, ...]
    payments: tuple[BookPayment, ...]
    total: Decimal
    customer: str | None = None
    transaction_id: str = ""
    receipt_number: str | None = None

    @property
    def quantity(self) -> Decimal:
        """All pieces, returned ones below zero."""
        return sum((line.quantity for line in self.lines), _ZERO)

    @property
    def amount(self) -> Decimal:
        """What the lines add up to."""
        return sum((line.amount for line in self.lines), _ZERO)


class Book(msgspec.Struct, frozen=True):
    """A book: its name, its sales, and what is wrong with the book itself."""

    name: str
    sales: tuple[BookSale, ...]
    wrong: tuple[str, ...] = ()
    receipts: int = 0
    entries: dict[str, str] = {}
    """Journal entries by id, with their hash."""


def file_book(invoices: Sequence[Invoice]) -> Book:
    """What the file says, paid by the rule of :mod:`kassa.replay.paying`."""
    return Book("file", tuple(_of_file(invoice) for invoice in invoices))


def _of_file(invoice: Invoice) -> BookSale:
    lines = tuple(BookLine(row.item_number, Decimal(row.quantity), row.unit_price) for row in invoice.rows)
    paid = tuple(BookPayment(each.kind, each.tendered, each.change) for each in payments(invoice))
    return BookSale(invoice.number, lines, paid, sum((line.amount for line in lines), _ZERO), invoice.customer_id)


# -- the journal ----------------------------------------------------------------------------------------------------


def journal_book(file: Path) -> Book:
    """The register's journal: every entry's chain, the receipt numbers, the sales."""
    with _opened(file) as connection:
        series = connection.execute(
            "SELECT series, number, sequence, hash, receipts, acknowledged, stopped FROM series ORDER BY number"
        ).fetchall()
        entries = connection.execute(
            "SELECT e.series, e.sequence, e.entry_id, e.kind, e.receipt_number, e.hash, e.data FROM entry e"
            " JOIN series s USING (series) ORDER BY s.number, e.sequence"
        ).fetchall()
        (in_progress,) = connection.execute("SELECT count(*) FROM sale_in_progress").fetchone()
    bodies = [json.loads(entry["data"]) for entry in entries]
    wrong = [*_chain(series, entries), *_receipts(series, bodies), *_undelivered(series)]
    if in_progress:
        wrong.append("a sale is still in progress")
    return Book(
        name="journal",
        sales=tuple(_of_journal(body) for body in bodies if body["kind"] == "sale"),
        wrong=tuple(wrong),
        receipts=sum(row["receipts"] for row in series),
        entries={entry["entry_id"]: entry["hash"].hex() for entry in entries},
    )


def _of_journal(body: Mapping[str, Any]) -> BookSale:
    sale, totals = body["payload"]["transaction"], body["payload"]["totals"]
    lines = tuple(
        BookLine(
            line["item"]["number"],
            Decimal(line["quantity"]),
            Decimal(line.get("price_override") or line["item"]["unit_price"]),
        )
        for line in sale.get("lines", ())
        if not line.get("voided")
    )
    paid = tuple(
        BookPayment(payment["kind"], Decimal(payment["tendered"]), Decimal(payment.get("change", "0")))
        for payment in sale.get("payments", ())
        if not payment.get("voided")
    )
    return BookSale(
        invoice=_invoice(sale.get("comment")),
        lines=lines,
        payments=paid,
        total=Decimal(totals["total"]),
        customer=(sale.get("customer") or {}).get("number"),
        transaction_id=sale["transaction_id"],
        receipt_number=body.get("receipt_number"),
    )


def _chain(series: Sequence[sqlite3.Row], entries: Sequence[sqlite3.Row]) -> Iterator[str]:
    """Sequence without a gap, and each hash over the one before and the entry's bytes."""
    for one in series:
        expected, before = 0, bytes(32)
        for entry in (entry for entry in entries if entry["series"] == one["series"]):
            expected += 1
            if entry["sequence"] != expected:
                yield f"series {one['number']}: entry {expected} is missing"
                break
            before = hashlib.sha256(before + entry["data"]).digest()
            if before != entry["hash"]:
                yield f"series {one['number']}: entry {expected} does not continue the chain"
                break
        if (expected, before) != (one["sequence"], one["hash"]) and expected:
            yield f"series {one['number']} does not end where it says"
        if one["stopped"] is not None:
            yield f"series {one['number']} was stopped: {one['stopped']}"


def _receipts(series: Sequence[sqlite3.Row], bodies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Receipt numbers count from 1 without a gap, in the order of the sequence, and only sales have one."""
    for one in series:
        numbers = [body.get("receipt_number") for body in bodies if body["series"] == one["series"]]
        kinds = [body["kind"] for body in bodies if body["series"] == one["series"]]
        if any((kind == "sale") != (number is not None) for kind, number in zip(kinds, numbers, strict=True)):
            yield f"series {one['number']}: a sale without a receipt number, or a number on something else"
        counters = [_counter(number) for number in numbers if number is not None]
        if counters != list(range(1, one["receipts"] + 1)):
            yield f"series {one['number']}: receipt numbers have a gap, or one twice"


def _counter(number: str) -> int:
    digits = number.rsplit("-", 1)[-1]
    return int(digits) if digits.isdigit() else -1


def _undelivered(series: Sequence[sqlite3.Row]) -> Iterator[str]:
    for one in series:
        if one["acknowledged"] != one["sequence"]:
            waiting = one["sequence"] - one["acknowledged"]
            yield f"series {one['number']}: {waiting} entries are not delivered"


# -- the channel database -------------------------------------------------------------------------------------------


def channel_book(file: Path) -> Book:
    """The channel database: posted sales, and what came in and was not posted."""
    with _opened(file) as connection:
        sales = connection.execute(
            "SELECT transaction_id, receipt_number, comment, customer_number, total FROM sales_transaction"
            " WHERE kind = 'sale' ORDER BY series_id, sequence"
        ).fetchall()
        lines = _by_transaction(
            connection.execute(
                "SELECT transaction_id, item_number, quantity, unit_price, net FROM sales_line WHERE NOT voided"
                " ORDER BY transaction_id, line_number"
            )
        )
        tenders = _by_transaction(
            connection.execute(
                "SELECT transaction_id, kind, tendered, change FROM sales_tender WHERE NOT voided"
                " ORDER BY transaction_id, payment_number"
            )
        )
        entries = connection.execute("SELECT entry_id, hash FROM journal_entry").fetchall()
        wrong = [*_not_posted(connection), *_net_amounts(lines)]
    return Book(
        name="channel database",
        sales=tuple(
            _of_channel(sale, lines.get(sale["transaction_id"], []), tenders.get(sale["transaction_id"], []))
            for sale in sales
        ),
        wrong=tuple(wrong),
        receipts=sum(sale["receipt_number"] is not None for sale in sales),
        entries={entry["entry_id"]: entry["hash"].hex() for entry in entries},
    )


def _of_channel(sale: sqlite3.Row, lines: Iterable[sqlite3.Row], tenders: Iterable[sqlite3.Row]) -> BookSale:
    """Minor units are pence, prices have four decimals, quantities three."""
    return BookSale(
        invoice=_invoice(sale["comment"]),
        lines=tuple(
            BookLine(line["item_number"], _scaled(line["quantity"], 3), _scaled(line["unit_price"], 4))
            for line in lines
        ),
        payments=tuple(
            BookPayment(tender["kind"], _scaled(tender["tendered"], 2), _scaled(tender["change"], 2))
            for tender in tenders
        ),
        total=_scaled(sale["total"], 2),
        customer=sale["customer_number"],
        transaction_id=sale["transaction_id"],
        receipt_number=sale["receipt_number"],
    )


def _not_posted(connection: sqlite3.Connection) -> Iterator[str]:
    for what, statement in (
        ("entries are not posted", "SELECT count(*) FROM journal_entry WHERE posting <> 'posted'"),
        ("entries are parked", "SELECT count(*) FROM parked_entry"),
        ("entries contradict what is stored", "SELECT count(*) FROM journal_conflict"),
    ):
        (count,) = connection.execute(statement).fetchone()
        if count:
            yield f"{count} {what}"


def _net_amounts(lines: Mapping[str, Sequence[sqlite3.Row]]) -> Iterator[str]:
    """The posted amount of each line is price times quantity: nothing was taken off anywhere."""
    for transaction_id, of_sale in lines.items():
        for line in of_sale:
            made = BookLine(line["item_number"], _scaled(line["quantity"], 3), _scaled(line["unit_price"], 4))
            if made.amount != _scaled(line["net"], 2):
                yield f"transaction {transaction_id}: a line of {line['item_number']} has another amount than its price"


# -- both -----------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def _by_transaction(rows: Iterable[sqlite3.Row]) -> dict[str, list[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        found.setdefault(row["transaction_id"], []).append(row)
    return found


def _scaled(value: int, decimals: int) -> Decimal:
    return Decimal(value).scaleb(-decimals)


def _invoice(comment: str | None) -> str | None:
    if comment is None or not comment.startswith(LABEL):
        return None
    return comment.removeprefix(LABEL)
