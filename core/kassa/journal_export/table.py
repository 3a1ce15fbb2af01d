"""CSV: one table of rows for everything, as RFC 4180 has it; the column ``record`` says what a row is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from kassa.journal import EntryBody
from kassa.journal.entry import SalePayload
from kassa.model import Line, Transaction
from kassa.transaction_fields import KEPT_AS

COLUMNS = (
    "record", "store", "register", "series", "sequence", "entry_id", "kind", "at", "local_time", "staff",
    "receipt_number", "training", "currency", "id", "number", "description", "unit", "quantity", "unit_price", "gross",
    "discount", "net", "tax_code", "tax_rate", "tax", "amount", "tendered", "change", "rounding", "total", "voided",
    "payload",
)  # fmt: skip
"""``record``: ``transaction``, ``line``, ``field``, ``tax``, ``payment`` or ``event``."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_WORDS = frozenset({"description", "number", "id", "staff", "unit", "payload"})
"""Columns of people's words, which a spreadsheet must not take for a formula."""


def as_csv(entries: Iterable[EntryBody]) -> Iterator[str]:
    """The table, a header first."""
    yield _written(dict(zip(COLUMNS, COLUMNS, strict=True)))
    for entry in entries:
        for row in rows(entry):
            yield _written(row)


def rows(entry: EntryBody) -> Iterator[dict[str, Any]]:
    """One entry's rows."""
    head = {
        "store": entry.store_id, "register": entry.register_id, "series": entry.series, "sequence": entry.sequence,
        "entry_id": entry.entry_id, "kind": entry.kind, "at": entry.at.isoformat(), "local_time": entry.local_time,
        "staff": entry.staff_id, "receipt_number": entry.receipt_number, "training": entry.training,
    }  # fmt: skip
    if entry.kind in ("sale", "void"):
        yield from ({**head, **row} for row in _of_sale(msgspec.json.decode(entry.payload, type=SalePayload)))
    else:
        yield {**head, "record": "event", "payload": msgspec.json.encode(entry.payload).decode()}


def _of_sale(payload: SalePayload) -> Iterator[dict[str, Any]]:
    sale, totals = payload.transaction, payload.totals
    yield {
        "record": "transaction", "currency": sale.currency, "id": sale.transaction_id,
        "number": None if sale.customer is None else sale.customer.number, "description": sale.comment,
        "gross": totals.subtotal, "discount": totals.discount, "tax": totals.tax, "rounding": totals.rounding,
        "total": totals.total, "change": totals.change, "quantity": totals.quantity, "voided": sale.voided,
    }  # fmt: skip
    yield from _fields(sale, sale.transaction_id)
    amounts = {line.line_id: line for line in totals.lines}
    for line in sale.lines:
        of_line = amounts[line.line_id]
        yield {
            "record": "line", "currency": sale.currency, "id": line.line_id, "number": line.item.number,
            "description": line.item.description, "unit": line.item.unit, "quantity": line.quantity,
            "unit_price": line.unit_price, "gross": of_line.gross, "discount": of_line.discount, "net": of_line.net,
            "tax_code": line.item.tax_code, "tax_rate": line.item.tax_rate, "tax": of_line.tax, "voided": line.voided,
        }  # fmt: skip
        yield from _fields(line, line.line_id)
    for tax in totals.taxes:
        yield {
            "record": "tax", "currency": sale.currency, "tax_code": tax.tax_code, "tax_rate": tax.rate,
            "net": tax.base, "tax": tax.tax,
        }  # fmt: skip
    for payment in sale.payments:
        yield {
            "record": "payment", "currency": sale.currency, "id": payment.payment_id, "number": payment.tender_id,
            "description": payment.name, "amount": payment.amount, "tendered": payment.tendered,
            "change": payment.change, "rounding": payment.rounding, "voided": payment.voided,
        }  # fmt: skip


def _fields(part: Transaction | Line, identity: str) -> Iterator[dict[str, Any]]:
    """What plugins have put on a transaction or a line."""
    for name, value in part.extra.get(KEPT_AS, {}).items():
        yield {"record": "field", "id": identity, "number": name, "payload": value}


def _written(row: dict[str, Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_cell(column, row.get(column)) for column in COLUMNS])
    return line.getvalue()


def _cell(column: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
    words = str(value)
    return f"'{words}" if column in _WORDS and words.startswith(_FORMULAS) else words
