"""The server's own sum of the sales that a Z has counted, out of the sales tables and not out of the Z."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, false, func, select

from kassa.money import ZERO, from_minor
from kassa.shift_report import ShiftReport
from kassa_server.schema import sales_tax, sales_tender, sales_transaction
from kassa_server.shift_posting import counted_in, with_entries


@dataclass
class OwnSum:
    """What it comes to: tax as base and tax by code and rate, payments as number and amount by tender."""

    receipts: int = 0
    total: Decimal = ZERO
    rounding: Decimal = ZERO
    discount: Decimal = ZERO
    taxes: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = field(default_factory=dict)
    tenders: dict[str, tuple[int, Decimal]] = field(default_factory=dict)


def totals_of(connection: Connection, report: ShiftReport) -> tuple[int, Decimal]:
    """How many receipts, and what they come to."""
    receipts, total = 0, 0
    for part in report.figures.parts:
        statement = select(func.count(), func.sum(sales_transaction.c.total)).select_from(with_entries)
        count, amount = connection.execute(statement.where(counted_in(part))).one()
        receipts, total = receipts + count, total + int(amount or 0)
    return receipts, from_minor(total, report.currency)


def sum_of(connection: Connection, report: ShiftReport) -> OwnSum:
    """All of it."""
    own = OwnSum()
    own.receipts, own.total = totals_of(connection, report)
    for part in report.figures.parts:
        counted = counted_in(part)
        _add_sales(connection, own, counted, report.currency)
        _add_taxes(connection, own, counted, report.currency)
        _add_tenders(connection, own, counted, report.currency)
    return own


def _add_sales(connection: Connection, own: OwnSum, counted: ColumnElement[bool], currency: str) -> None:
    sale = sales_transaction.c
    statement = select(func.sum(sale.rounding), func.sum(sale.discount)).select_from(with_entries).where(counted)
    rounding, discount = connection.execute(statement).one()
    own.rounding += from_minor(int(rounding or 0), currency)
    own.discount += from_minor(int(discount or 0), currency)


def _add_taxes(connection: Connection, own: OwnSum, counted: ColumnElement[bool], currency: str) -> None:
    tax, of_sale = sales_tax.c, sales_tax.c.transaction_id == sales_transaction.c.transaction_id
    statement = (
        select(tax.tax_code, tax.rate, func.sum(tax.base), func.sum(tax.tax))
        .select_from(with_entries.join(sales_tax, of_sale))
        .where(counted)
        .group_by(tax.tax_code, tax.rate)
    )
    for code, rate, base, amount in connection.execute(statement):
        before = own.taxes.get((code, rate.normalize()), (ZERO, ZERO))
        added = from_minor(int(base), currency), from_minor(int(amount), currency)
        own.taxes[code, rate.normalize()] = (before[0] + added[0], before[1] + added[1])


def _add_tenders(connection: Connection, own: OwnSum, counted: ColumnElement[bool], currency: str) -> None:
    tender, of_sale = sales_tender.c, sales_tender.c.transaction_id == sales_transaction.c.transaction_id
    statement = (
        select(tender.tender_id, func.count(), func.sum(tender.amount))
        .select_from(with_entries.join(sales_tender, of_sale))
        .where(counted, tender.voided == false())
        .group_by(tender.tender_id)
    )
    for tender_id, count, amount in connection.execute(statement):
        before = own.tenders.get(tender_id, (0, ZERO))
        own.tenders[tender_id] = (before[0] + count, before[1] + from_minor(int(amount), currency))
