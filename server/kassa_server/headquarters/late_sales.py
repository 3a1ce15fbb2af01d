"""Sales of a closed period that came after it was closed: taken in like any other, and shown by receipt number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, func, or_, select

from kassa.money import from_minor
from kassa_server.headquarters.period import ClosedPeriod
from kassa_server.headquarters.proof.kept_entries import business_date, read_body
from kassa_server.schema import POSTED, closed_period_series, journal_entry, register, sales_transaction, series


class LateSale(msgspec.Struct, frozen=True):
    """A sale, return or void that came late. ``posted``: it is in the sales tables. ``amount`` and ``currency`` are
    empty where its bytes cannot be read; ``day`` likewise."""

    register_id: str
    series: int
    sequence: int
    kind: str
    receipt_number: str | None
    amount: Decimal | None
    currency: str
    day: date | None
    received_at: datetime
    posted: bool


def late_sales(connection: Connection, closed: ClosedPeriod) -> list[LateSale]:
    """What came late of a closed period, by register, series and sequence."""
    found = [*_posted(connection, closed), *_not_posted(connection, closed)]
    return sorted(found, key=lambda one: (one.register_id, one.series, one.sequence))


def _posted(connection: Connection, closed: ClosedPeriod) -> Iterator[LateSale]:
    told, cut = sales_transaction.c, closed_period_series.c
    statement = (
        select(
            told.register_id, series.c.number, told.sequence, told.kind, told.receipt_number, told.total,
            told.currency, told.business_date, journal_entry.c.received_at,
        )
        .join(series, series.c.series_id == told.series_id)
        .join(journal_entry, journal_entry.c.entry_id == told.entry_id)
        .outerjoin(
            closed_period_series, (cut.series_id == told.series_id) & (cut.period_id == closed.period_id)
        )
        .where(
            told.store_id == closed.store_id,
            told.business_date.between(closed.first, closed.last),
            or_(cut.sequence.is_(None), told.sequence > cut.sequence),
        )
    )  # fmt: skip
    for row in connection.execute(statement):
        yield LateSale(
            row.register_id, row.number, row.sequence, row.kind, row.receipt_number,
            from_minor(row.total, row.currency), row.currency, row.business_date, row.received_at, posted=True,
        )  # fmt: skip


def _not_posted(connection: Connection, closed: ClosedPeriod) -> Iterator[LateSale]:
    entry, cut = journal_entry.c, closed_period_series.c
    statement = (
        select(series.c.register_id, series.c.number, entry.sequence, entry.kind, entry.data, entry.received_at)
        .join(series, series.c.series_id == entry.series_id)
        .join(register, register.c.register_id == series.c.register_id)
        .outerjoin(
            closed_period_series, (cut.series_id == entry.series_id) & (cut.period_id == closed.period_id)
        )
        .where(
            register.c.store_id == closed.store_id,
            entry.posting != POSTED,
            entry.kind.in_(("sale", "void")),
            entry.sequence > func.coalesce(cut.sequence, 0),
        )
    )  # fmt: skip
    for row in connection.execute(statement):
        body, sale = read_body(row.data)
        day = None if body is None else business_date(body)
        if day is None or closed.first <= day <= closed.last:
            yield LateSale(
                row.register_id, row.number, row.sequence, row.kind,
                None if body is None else body.receipt_number,
                None if sale is None else sale.totals.total,
                "" if sale is None else sale.transaction.currency, day, row.received_at, posted=False,
            )  # fmt: skip
