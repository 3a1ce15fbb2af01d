"""Posting a Z, and comparing it with the sales that were posted.

A Z states each receipt of its shift with its total, and which journal entries it counted. What stands on it and is not
posted, what is posted from those entries and does not stand on it, and what has another total is named by its number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from kassa.journal.entry import EntryBody
from kassa.masterdata import upsert
from kassa.money import from_minor, to_minor
from kassa.schema.rules import LARGEST_IN
from kassa.shift_report import SeriesPart, ShiftEvent, ShiftReport
from kassa_server.schema import journal_entry, open_shift, sales_transaction, series, shift_report


class Difference(msgspec.Struct, frozen=True):
    """A receipt in which a Z and the posted sales differ. ``on_the_z`` or ``posted`` is None where it is not there."""

    receipt_number: str
    on_the_z: Decimal | None
    posted: Decimal | None


def post_shift_report(connection: Connection, body: EntryBody, entry_id: str) -> None:
    """Write a Z, within the caller's transaction. The sales before it have been posted, or parked, by then.

    :raises msgspec.ValidationError: it is no Z.
    """
    report = msgspec.json.decode(body.payload, type=ShiftReport)
    figures, totals, currency = report.figures, report.grand_totals, report.currency
    row = {
        "entry_id": entry_id, "series_id": body.series, "sequence": body.sequence, "store_id": body.store_id,
        "register_id": body.register_id, "number": report.number or 0, "shift_id": report.shift_id,
        "closed_at": body.at, "business_date": datetime.fromisoformat(body.local_time).date(),
        "currency": currency, "receipts": figures.receipts, "total": to_minor(figures.total, currency),
        "grand_total_sales": to_minor(totals.sales, currency),
        "grand_total_returns": to_minor(totals.returns, currency),
        "report": bytes(body.payload).decode(), "agrees": not differences(connection, report),
    }  # fmt: skip
    connection.execute(insert(shift_report), [row])
    connection.execute(delete(open_shift).where(open_shift.c.shift_id == report.shift_id))


def post_shift_event(connection: Connection, body: EntryBody) -> None:
    """Note which register has which shift, within the caller's transaction. One that has gone on at another register
    is that one's.

    :raises msgspec.ValidationError: it is no such event.
    """
    event = msgspec.json.decode(body.payload, type=ShiftEvent)
    if event.action == "hand_over" or _is_another_registers(connection, event.shift_id, body.register_id):
        return
    status = {"suspend": "suspended", "blind_close": "blind_closed"}.get(event.action, "open")
    row = {
        "shift_id": event.shift_id, "store_id": body.store_id, "register_id": body.register_id,
        "drawer": event.drawer[:40], "status": status, "opened_at": event.opened_at, "opened_by": event.opened_by,
        "event": None if status == "open" else bytes(body.payload).decode(),
    }  # fmt: skip
    upsert(connection, open_shift, [row])


def _is_another_registers(connection: Connection, shift_id: str, register_id: str) -> bool:
    """Whether another register goes on with a shift, or has closed it."""
    one, z = open_shift.c, shift_report.c
    goes_on = (one.shift_id == shift_id) & (one.register_id != register_id) & one.status.in_(("open", "claimed"))
    closed = (z.shift_id == shift_id) & (z.register_id != register_id)
    found = (select(one.shift_id).where(goes_on), select(z.shift_id).where(closed))
    return any(connection.execute(statement.limit(1)).first() is not None for statement in found)


def differences(connection: Connection, report: ShiftReport) -> list[Difference]:
    """Where a Z and the sales that are posted now differ, by receipt number."""
    stated = {sold.receipt_number: sold.total for sold in report.figures.sold}
    posted = _of_its_entries(connection, report)
    posted |= _by_number(connection, [number for number in stated if number not in posted], report)
    return [
        Difference(number, stated.get(number), posted.get(number))
        for number in sorted(stated.keys() | posted.keys())
        if stated.get(number) != posted.get(number)
    ]


def _of_its_entries(connection: Connection, report: ShiftReport) -> dict[str, Decimal]:
    """What is posted of the journal entries that the Z has counted."""
    columns = sales_transaction.c
    found: dict[str, Decimal] = {}
    for part in report.figures.parts:
        statement = select(columns.receipt_number, columns.total).select_from(with_entries).where(counted_in(part))
        found |= {str(number): from_minor(total, report.currency) for number, total in connection.execute(statement)}
    return found


with_entries = sales_transaction.join(journal_entry, journal_entry.c.entry_id == sales_transaction.c.entry_id)
"""Posted transactions are found by the place of their journal entry: that has an index."""


def counted_in(part: SeriesPart) -> ColumnElement[bool]:
    """Which posted transactions a Z counts of its journal entries: sales and returns."""
    columns, entry = sales_transaction.c, journal_entry.c
    of_part = (entry.series_id == part.series) & entry.sequence.between(part.first, part.last)
    return of_part & (columns.kind == "sale")


def _by_number(connection: Connection, numbers: Iterable[str], report: ShiftReport) -> dict[str, Decimal]:
    columns, wanted = sales_transaction.c, list(numbers)
    of_series = {part.series for part in report.figures.parts}
    registers = select(series.c.register_id).where(series.c.series_id.in_(of_series))
    own = (columns.register_id == report.register_id) | columns.register_id.in_(registers)
    found: dict[str, Decimal] = {}
    for start in range(0, len(wanted), LARGEST_IN):
        part = columns.receipt_number.in_(wanted[start : start + LARGEST_IN])
        rows = connection.execute(select(columns.receipt_number, columns.total).where(part, own))
        found |= {str(number): from_minor(total, report.currency) for number, total in rows}
    return found
