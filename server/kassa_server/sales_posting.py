"""Posting a sale, a return or a void into the sales tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Table

from kassa.journal.entry import EntryBody, SalePayload
from kassa.money import to_minor
from kassa_server.bulk import insert_rows
from kassa_server.schema import sales_line, sales_tax, sales_tender, sales_transaction

TABLES = (sales_transaction, sales_line, sales_tender, sales_tax)


class CannotPost(Exception):
    """An entry that cannot be posted as it is; the message is its reason, for a person."""


def post_sales(connection: Connection, sales: Iterable[tuple[EntryBody, SalePayload]]) -> None:
    """Write transactions into the sales tables, within the caller's transaction: all of them, or none if this raises.

    :raises CannotPost: the figures of one contradict each other.
    :raises sqlalchemy.exc.DatabaseError: the database does not take one.
    """
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for body, payload in sales:
        _check(body, payload)
        for table, some in posted_rows(body, payload).items():
            rows[table] += some
    for table, some in rows.items():
        insert_rows(connection, table, some)


def posted_rows(body: EntryBody, payload: SalePayload) -> dict[Table, list[dict[str, Any]]]:
    """The rows that a transaction is posted as, by table: the transaction itself first."""
    return {
        sales_transaction: [_transaction(body, payload)],
        sales_line: list(_lines(payload)),
        sales_tender: list(_tenders(payload)),
        sales_tax: list(_taxes(payload)),
    }


def _check(body: EntryBody, payload: SalePayload) -> None:
    sale, totals = payload.transaction, payload.totals
    if [line.line_id for line in sale.lines] != [line.line_id for line in totals.lines]:
        raise CannotPost("lines and amounts do not match")
    if sum((tax.tax for tax in totals.taxes), Decimal(0)) != totals.tax:
        raise CannotPost("the taxes do not add up")
    net = sum((line.net for line in totals.lines), Decimal(0))
    if net + (0 if sale.tax_included else totals.tax) != totals.total:
        raise CannotPost("the lines do not add up to the total")
    if body.kind == "sale" and totals.due != 0:
        raise CannotPost(f"{totals.due} is still to be paid")
    if body.kind == "sale" and body.receipt_number is None and not body.training:
        raise CannotPost("a sale without a receipt number")


def _transaction(body: EntryBody, payload: SalePayload) -> dict[str, Any]:
    sale, totals = payload.transaction, payload.totals
    return {
        "transaction_id": sale.transaction_id,
        "entry_id": body.entry_id,
        "series_id": body.series,
        "sequence": body.sequence,
        "kind": body.kind,
        "receipt_number": body.receipt_number,
        "store_id": body.store_id,
        "register_id": body.register_id,
        "staff_id": sale.staff_id,
        "customer_number": None if sale.customer is None else sale.customer.number,
        "currency": sale.currency,
        "started_at": sale.started_at,
        "business_time": body.at,
        "business_date": datetime.fromisoformat(body.local_time).date(),
        "local_time": body.local_time,
        "training": body.training,
        "total": to_minor(totals.total, sale.currency),
        "tax": to_minor(totals.tax, sale.currency),
        "discount": to_minor(totals.discount, sale.currency),
        "rounding": to_minor(totals.rounding, sale.currency),
        "paid": to_minor(totals.paid, sale.currency),
        "change": to_minor(totals.change, sale.currency),
        "quantity": totals.quantity,
        "comment": sale.comment,
    }


def _lines(payload: SalePayload) -> Iterator[dict[str, Any]]:
    sale = payload.transaction
    for number, (line, amounts) in enumerate(zip(sale.lines, payload.totals.lines, strict=True), 1):
        yield {
            "transaction_id": sale.transaction_id,
            "line_number": number,
            "line_id": line.line_id,
            "item_number": line.item.number,
            "description": line.item.description,
            "barcode": line.item.barcode,
            "unit": line.item.unit,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "list_price": line.item.unit_price,
            "tax_code": line.item.tax_code,
            "tax_rate": line.item.tax_rate,
            "gross": to_minor(amounts.gross, sale.currency),
            "discount": to_minor(amounts.discount, sale.currency),
            "net": to_minor(amounts.net, sale.currency),
            "tax": to_minor(amounts.tax, sale.currency),
            "voided": line.voided,
            "return_of": line.return_of,
            "comment": line.comment,
        }


def _tenders(payload: SalePayload) -> Iterator[dict[str, Any]]:
    sale = payload.transaction
    for number, payment in enumerate(sale.payments, 1):
        yield {
            "transaction_id": sale.transaction_id,
            "payment_number": number,
            "payment_id": payment.payment_id,
            "tender_id": payment.tender_id,
            "kind": payment.kind,
            "name": payment.name,
            "amount": to_minor(payment.amount, sale.currency),
            "tendered": to_minor(payment.tendered, sale.currency),
            "change": to_minor(payment.change, sale.currency),
            "rounding": to_minor(payment.rounding, sale.currency),
            "voided": payment.voided,
            "reference": msgspec.json.encode(payment.reference).decode(),
        }


def _taxes(payload: SalePayload) -> Iterator[dict[str, Any]]:
    sale = payload.transaction
    for tax in payload.totals.taxes:
        yield {
            "transaction_id": sale.transaction_id,
            "tax_code": tax.tax_code,
            "rate": tax.rate,
            "base": to_minor(tax.base, sale.currency),
            "tax": to_minor(tax.tax, sale.currency),
        }
