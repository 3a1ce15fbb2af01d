"""Sales as headquarters reads them: figures of a day, lists, one sale with everything that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, func, or_, select

from kassa.errors import NotFound
from kassa.text import texts
from kassa_server.schema import (
    journal_entry,
    register,
    sales_line,
    sales_tax,
    sales_tender,
    sales_transaction,
    series,
    store,
)

_, n_ = texts("kassa_server")

SALE = "sale"
PAGE = 50


@dataclass(frozen=True)
class DayFigures:
    """What a store sold on its own latest business date, in minor units. Voids are not in it."""

    store_id: str
    name: str
    currency: str
    business_date: date
    sales: int
    total: int
    tax: int


@dataclass(frozen=True)
class Wanted:
    """Which sales. Empty: all. ``before``: those before that business time and id, for the next page."""

    store_id: str = ""
    register_id: str = ""
    receipt_number: str = ""
    first: date | None = None
    last: date | None = None
    before: str = ""


@dataclass(frozen=True)
class WholeSale:
    """A sale with everything that belongs to it."""

    sale: Row[Any]
    lines: list[Row[Any]]
    tenders: list[Row[Any]]
    taxes: list[Row[Any]]
    entry: Row[Any] | None


def latest_days(connection: Connection) -> list[DayFigures]:
    """Each store's figures of its latest day with sales."""
    sales = sales_transaction.c
    counted = sales.kind == SALE
    newest = (
        select(sales.store_id, func.max(sales.business_date).label("day")).where(counted).group_by(sales.store_id)
    ).subquery()
    statement = (
        select(
            sales.store_id, store.c.name, sales.currency, sales.business_date, func.count().label("sales"),
            func.sum(sales.total).label("total"), func.sum(sales.tax).label("tax"),
        )
        .join(newest, (newest.c.store_id == sales.store_id) & (newest.c.day == sales.business_date))
        .join(store, store.c.store_id == sales.store_id)
        .where(counted)
        .group_by(sales.store_id, store.c.name, sales.currency, sales.business_date)
        .order_by(store.c.name, sales.store_id)
    )  # fmt: skip
    return [
        DayFigures(row.store_id, row.name, row.currency, row.business_date, row.sales, int(row.total), int(row.tax))
        for row in connection.execute(statement)
    ]


def list_sales(connection: Connection, wanted: Wanted, count: int = PAGE) -> list[Row[Any]]:
    """Sales, newest first, at most ``count``."""
    sales = sales_transaction.c
    statement = (
        select(sales_transaction, store.c.name.label("store_name"), register.c.name.label("register_name"))
        .outerjoin(store, store.c.store_id == sales.store_id)
        .outerjoin(register, register.c.register_id == sales.register_id)
    )
    for column, value in (
        (sales.store_id, wanted.store_id),
        (sales.register_id, wanted.register_id),
        (sales.receipt_number, wanted.receipt_number),
    ):
        if value:
            statement = statement.where(column == value)
    if wanted.first is not None:
        statement = statement.where(sales.business_date >= wanted.first)
    if wanted.last is not None:
        statement = statement.where(sales.business_date <= wanted.last)
    if wanted.before:
        at = connection.execute(select(sales.business_time).where(sales.transaction_id == wanted.before)).scalar()
        if at is None:
            return []
        at_once = and_(sales.business_time == at, sales.transaction_id < wanted.before)
        statement = statement.where(or_(sales.business_time < at, at_once))
    ordered = statement.order_by(sales.business_time.desc(), sales.transaction_id.desc())
    return list(connection.execute(ordered.limit(count)))


def find_sale(connection: Connection, transaction_id: str) -> WholeSale:
    """One sale.

    :raises NotFound: there is none.
    """
    sales = sales_transaction.c
    statement = (
        select(
            sales_transaction, store.c.name.label("store_name"), store.c.timezone,
            register.c.name.label("register_name"), series.c.number.label("series_number"),
        )
        .outerjoin(store, store.c.store_id == sales.store_id)
        .outerjoin(register, register.c.register_id == sales.register_id)
        .outerjoin(series, series.c.series_id == sales.series_id)
        .where(sales.transaction_id == transaction_id)
    )  # fmt: skip
    sale = connection.execute(statement).first()
    if sale is None:
        raise NotFound(_("There is no such sale."))
    of_sale: Any = select(journal_entry.c.hash, journal_entry.c.received_at, journal_entry.c.posting).where(
        journal_entry.c.entry_id == sale.entry_id
    )
    entry: Row[Any] | None = connection.execute(of_sale).first()
    return WholeSale(
        sale,
        _parts(connection, sales_line, transaction_id, sales_line.c.line_number),
        _parts(connection, sales_tender, transaction_id, sales_tender.c.payment_number),
        _parts(connection, sales_tax, transaction_id, sales_tax.c.tax_code),
        entry,
    )


def _parts(connection: Connection, table: Table, transaction_id: str, order: ColumnElement[Any]) -> list[Row[Any]]:
    statement = select(table).where(table.c.transaction_id == transaction_id).order_by(order)
    return list(connection.execute(statement))
