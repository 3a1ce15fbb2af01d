"""Z reports as headquarters reads them: each beside the server's own sum of the sales that it has counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from kassa.errors import NotFound
from kassa.money import ZERO, from_minor
from kassa.shift_report import ShiftReport
from kassa.text import texts
from kassa_server.headquarters.own_sums import OwnSum, sum_of, totals_of
from kassa_server.schema import open_shift, register, sales_transaction, series, shift_report, store
from kassa_server.shift_posting import Difference, differences

_, n_ = texts("kassa_server")
PAGE = 50


@dataclass(frozen=True)
class WantedReports:
    """Which Z reports. Empty: all. ``before``: those before that one in the list, for the next page."""

    store_id: str = ""
    register_id: str = ""
    first: date | None = None
    last: date | None = None
    before: str = ""


@dataclass(frozen=True)
class ListedReport:
    """A Z in the list.

    :param row: of ``shift_report``, with the names of store and register.
    :param receipts: how many sales and returns the server has of it, ``total`` what they come to.
    :param agrees: now, receipt by receipt.
    """

    row: Row[Any]
    receipts: int
    total: Decimal
    agrees: bool

    @property
    def stated(self) -> Decimal:
        """What the Z says that it comes to."""
        return from_minor(self.row.total, self.row.currency)


@dataclass(frozen=True)
class WholeReport:
    """One Z with the server's own sum, and the receipts in which they differ, with the sales' ids where there are
    such."""

    row: Row[Any]
    report: ShiftReport
    own: OwnSum
    differences: list[tuple[Difference, str | None]]


def list_reports(connection: Connection, wanted: WantedReports, count: int = PAGE) -> list[ListedReport]:
    """Z reports, the latest first, at most ``count``."""
    z = shift_report.c
    statement = _with_names()
    for column, value in ((z.store_id, wanted.store_id), (z.register_id, wanted.register_id)):
        if value:
            statement = statement.where(column == value)
    if wanted.first is not None:
        statement = statement.where(z.business_date >= wanted.first)
    if wanted.last is not None:
        statement = statement.where(z.business_date <= wanted.last)
    if wanted.before:
        at = connection.execute(select(z.closed_at).where(z.entry_id == wanted.before)).scalar()
        if at is None:
            return []
        statement = statement.where(or_(z.closed_at < at, and_(z.closed_at == at, z.entry_id < wanted.before)))
    ordered = statement.order_by(z.closed_at.desc(), z.entry_id.desc()).limit(count)
    return [_listed(connection, row) for row in connection.execute(ordered).all()]


def _listed(connection: Connection, row: Row[Any]) -> ListedReport:
    report = msgspec.json.decode(row.report, type=ShiftReport)
    receipts, total = totals_of(connection, report)
    same = (receipts, total) == (report.figures.receipts, report.figures.total)
    return ListedReport(row, receipts, total, same and (row.agrees or not differences(connection, report)))


def find_report(connection: Connection, entry_id: str) -> WholeReport:
    """One Z.

    :raises NotFound: there is none.
    """
    row = connection.execute(_with_names().where(shift_report.c.entry_id == entry_id)).first()
    if row is None:
        raise NotFound(_("There is no such Z report."))
    report = msgspec.json.decode(row.report, type=ShiftReport)
    found = differences(connection, report)
    ids = _sales_by_number(connection, [one.receipt_number for one in found])
    named = [(one, ids.get(one.receipt_number)) for one in found]
    return WholeReport(row, report, sum_of(connection, report), named)


def open_shifts(connection: Connection, wanted: WantedReports) -> list[Row[Any]]:
    """Shifts that are on no Z yet, the oldest first: open, suspended or blind closed."""
    shift = open_shift.c
    statement = (
        select(open_shift, store.c.name.label("store_name"), register.c.name.label("register_name"))
        .outerjoin(store, store.c.store_id == shift.store_id)
        .outerjoin(register, register.c.register_id == shift.register_id)
        .order_by(shift.opened_at, shift.shift_id)
    )
    for column, value in ((shift.store_id, wanted.store_id), (shift.register_id, wanted.register_id)):
        if value:
            statement = statement.where(column == value)
    return list(connection.execute(statement))


def sums(reports: list[ListedReport]) -> dict[str, tuple[Decimal, Decimal]]:
    """By currency what the Z reports come to, and the server's own sums."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for one in reports:
        stated, own = found.get(one.row.currency, (ZERO, ZERO))
        found[one.row.currency] = (stated + one.stated, own + one.total)
    return found


def _with_names() -> Any:
    z = shift_report.c
    return (
        select(
            shift_report, store.c.name.label("store_name"), register.c.name.label("register_name"),
            series.c.number.label("series_number"),
        )
        .outerjoin(store, store.c.store_id == z.store_id)
        .outerjoin(register, register.c.register_id == z.register_id)
        .outerjoin(series, series.c.series_id == z.series_id)
    )  # fmt: skip


def _sales_by_number(connection: Connection, numbers: list[str]) -> dict[str, str]:
    columns = sales_transaction.c
    named: ColumnElement[bool] = columns.receipt_number.in_(numbers[:1000])
    rows = connection.execute(select(columns.receipt_number, columns.transaction_id).where(named))
    return {str(row.receipt_number): str(row.transaction_id) for row in rows}
