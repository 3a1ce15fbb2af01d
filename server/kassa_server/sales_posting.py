"""Posting a sale, a return or a void into the sales tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Table

from kassa.text import Text, literal, texts
from kassa.transaction_fields import value_text
from kassa_server.bulk import insert_rows
from kassa_server.card_posting import post_unanswered_cards
from kassa_server.customer_numbers import numbers_now
from kassa_server.posted_sale import (
    PRICES,
    QUANTITIES,
    RATES,
    PostedPayload,
    PostedSale,
    WholeNumbers,
    minor_units_of,
)
from kassa_server.schema import sales_field, sales_line, sales_tax, sales_tender, sales_transaction

_, n_ = texts("kassa_server")
Row = tuple[Any, ...]
"""Values in the order of the table's columns; scaled ones and amounts as whole numbers."""
TABLES = (sales_transaction, sales_line, sales_field, sales_tender, sales_tax)
_CUSTOMER = list(sales_transaction.columns.keys()).index("customer_number")


class CannotPost(Exception):
    """An entry that cannot be posted as it is. ``what``: the reason, for a person."""

    def __init__(self, what: Text) -> None:
        super().__init__(str(what))
        self.what = what


def post_sales(connection: Connection, sales: Iterable[PostedSale]) -> None:
    """Write transactions into the sales tables, within the caller's transaction: all of them, or none if this raises.

    :raises CannotPost: the figures of one contradict each other.
    :raises ValueError, ArithmeticError: an amount is none.
    :raises sqlalchemy.exc.DatabaseError: the database does not take one.
    """
    rows: dict[Table, list[Row]] = {table: [] for table in TABLES}
    unanswered: list[PostedSale] = []
    customers: set[str] = set()
    # Each from its bytes to its rows before the next is read: what was read is then still near the processor.
    for sale in sales:
        _check(sale)
        _add_rows(rows, sale)
        if sale.payload.transaction.customer is not None:
            customers.add(sale.payload.transaction.customer.number)
        if sale.payload.transaction.extra.unresolved_cards and not sale.training:
            unanswered.append(sale)
    _renumber(rows, numbers_now(connection, customers))
    for table, some in rows.items():
        insert_rows(connection, table, some)
    post_unanswered_cards(connection, unanswered)


def posted_rows(sale: PostedSale, numbers: Mapping[str, str]) -> dict[Table, list[Row]]:
    """The rows that a transaction is posted as, by table: the transaction itself first. None for training, which
    stays in the journal alone.

    :param numbers: of customers' former numbers those that they have now.
    """
    rows: dict[Table, list[Row]] = {table: [] for table in TABLES}
    _add_rows(rows, sale)
    _renumber(rows, numbers)
    return rows


def _renumber(rows: dict[Table, list[Row]], numbers: Mapping[str, str]) -> None:
    """Customers are posted under the numbers that they have now."""
    if numbers:
        sold = rows[sales_transaction]
        rows[sales_transaction] = [
            (*row[:_CUSTOMER], numbers.get(row[_CUSTOMER], row[_CUSTOMER]), *row[_CUSTOMER + 1 :]) for row in sold
        ]


def _add_rows(rows: dict[Table, list[Row]], sale: PostedSale) -> None:
    if sale.training:
        return
    minor = minor_units_of(sale.payload.transaction.currency)
    rows[sales_transaction].append(_transaction(sale, minor))
    rows[sales_line] += _lines(sale.payload, minor)
    rows[sales_field] += _fields(sale.payload)
    rows[sales_tender] += _tenders(sale.payload, minor)
    rows[sales_tax] += _taxes(sale.payload, minor)


def _check(sale: PostedSale) -> None:
    told, totals = sale.payload.transaction, sale.payload.totals
    minor = minor_units_of(told.currency)
    if [line.line_id for line in told.lines] != [line.line_id for line in totals.lines]:
        raise CannotPost(_("Its lines and amounts do not match."))
    if sum([minor[tax.tax] for tax in totals.taxes]) != minor[totals.tax]:
        raise CannotPost(_("Its taxes do not add up."))
    net = sum([minor[line.net] for line in totals.lines])
    if net + (0 if told.tax_included else minor[totals.tax]) != minor[totals.total]:
        raise CannotPost(_("Its lines do not add up to the total."))
    if sale.kind == "sale" and minor[totals.due] != 0:
        raise CannotPost(_("{amount} of it is still to be paid.", amount=literal(totals.due)))
    if sale.kind == "sale" and sale.receipt_number is None and not sale.training:
        raise CannotPost(_("It is a sale without a receipt number."))


def _transaction(sale: PostedSale, minor: WholeNumbers) -> Row:
    told, totals = sale.payload.transaction, sale.payload.totals
    return (
        told.transaction_id,
        sale.entry_id,
        sale.series,
        sale.sequence,
        sale.kind,
        sale.receipt_number,
        sale.store_id,
        sale.register_id,
        told.staff_id,
        None if told.customer is None else told.customer.number,
        told.currency,
        told.started_at,
        sale.at,
        datetime.fromisoformat(sale.local_time).date(),
        sale.local_time,
        minor[totals.total],
        minor[totals.tax],
        minor[totals.discount],
        minor[totals.rounding],
        minor[totals.paid],
        minor[totals.change],
        QUANTITIES[totals.quantity],
        told.comment,
    )


def _lines(payload: PostedPayload, minor: WholeNumbers) -> Iterator[Row]:
    transaction_id = payload.transaction.transaction_id
    for number, (line, amounts) in enumerate(zip(payload.transaction.lines, payload.totals.lines, strict=True), 1):
        item = line.item
        yield (
            transaction_id,
            number,
            line.line_id,
            item.number,
            item.description,
            item.barcode,
            item.unit,
            QUANTITIES[line.quantity],
            PRICES[item.unit_price if line.price_override is None else line.price_override],
            PRICES[item.unit_price],
            item.tax_code,
            RATES[item.tax_rate],
            minor[amounts.gross],
            minor[amounts.discount],
            minor[amounts.net],
            minor[amounts.tax],
            line.voided,
            line.return_of,
            line.comment,
        )


def _fields(payload: PostedPayload) -> Iterator[Row]:
    told = payload.transaction
    for number, fields in enumerate((told.extra.fields, *(line.extra.fields for line in told.lines))):
        for name, value in fields.items():
            yield (told.transaction_id, number, name, value_text(value))


def _tenders(payload: PostedPayload, minor: WholeNumbers) -> Iterator[Row]:
    transaction_id = payload.transaction.transaction_id
    for number, payment in enumerate(payload.transaction.payments, 1):
        yield (
            transaction_id,
            number,
            payment.payment_id,
            payment.tender_id,
            payment.kind,
            payment.name,
            minor[payment.amount],
            minor[payment.tendered],
            minor[payment.change],
            minor[payment.rounding],
            payment.voided,
            msgspec.json.encode(payment.reference).decode() if payment.reference else "{}",
        )


def _taxes(payload: PostedPayload, minor: WholeNumbers) -> Iterator[Row]:
    transaction_id = payload.transaction.transaction_id
    for tax in payload.totals.taxes:
        yield (transaction_id, tax.tax_code, RATES[tax.rate], minor[tax.base], minor[tax.tax])
