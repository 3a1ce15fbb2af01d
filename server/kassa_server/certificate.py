"""The certificate: is everything that a register has journalled up to a time stored here?

It rests on signed heads alone. A head says how long the journal was at a time; if a head made after T is known, and all
the entries that it counts are stored with its very hash, then everything up to T is in. Otherwise it is *unknown since*
the last head of which that can be said.

What it cannot show: a tail of entries cut off, before its first head was sent, by somebody who holds both the
register's disk and its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from kassa_server.record import read_record
from kassa_server.schema import PARKED, head, journal_conflict, journal_entry, series


@dataclass(frozen=True)
class SeriesCertificate:
    """What is known of one series.

    :param known_to: everything that was journalled up to here is stored.
    :param sequence: the last entry stored.
    :param missing: entries that the latest head counts and that are not stored.
    :param closed_at: another device is the register since then. Entries may still come: the series is *open-ended*.
    :param behind_at: when a journal was first seen that is a copy or an old backup of this one.
    """

    number: int
    known_to: datetime
    sequence: int
    missing: int
    closed_at: datetime | None
    behind_at: datetime | None
    conflicts: int
    parked: int


@dataclass(frozen=True)
class Certificate:
    """What can be said of a register at ``until``.

    :param complete: everything in the open series up to ``until`` is stored.
    :param unknown_since: otherwise, from when on nothing is known; None if complete.
    """

    register_id: str
    until: datetime
    complete: bool
    unknown_since: datetime | None
    series: tuple[SeriesCertificate, ...]

    @property
    def open_ended(self) -> tuple[SeriesCertificate, ...]:
        """Closed series of which it is not known whether they went on, before ``until``."""
        return tuple(one for one in self.series if one.closed_at is not None and one.known_to < self.until)


def certify(connection: Connection, register_id: str, until: datetime) -> Certificate:
    """The certificate of a register.

    :param until: T, aware; by the store server's clock.
    :raises kassa.errors.NotFound: there is no such register.
    """
    read_record(connection, register_id)
    own = select(series).where(series.c.register_id == register_id).order_by(series.c.number)
    found = tuple(_certify_series(connection, row) for row in connection.execute(own))
    still_open = [one for one in found if one.closed_at is None]
    since = min((one.known_to for one in still_open), default=None)
    complete = since is not None and since >= until
    return Certificate(register_id, until, complete, None if complete else since, found)


def _certify_series(connection: Connection, row: Row[Any]) -> SeriesCertificate:
    heads = select(head).where(head.c.series_id == row.series_id)
    by_kind = {told.covered: told for told in connection.execute(heads)}
    covered, latest = by_kind.get(True), by_kind.get(False)
    return SeriesCertificate(
        number=row.number,
        known_to=row.opened_at if covered is None else made_at(covered),
        sequence=row.sequence,
        missing=0 if latest is None else max(0, latest.sequence - row.sequence),
        closed_at=row.closed_at,
        behind_at=row.behind_at,
        conflicts=_count(connection, journal_conflict.c.series_id == row.series_id),
        parked=_count(connection, (journal_entry.c.series_id == row.series_id) & (journal_entry.c.posting == PARKED)),
    )


def made_at(told: Row[Any]) -> datetime:
    """When a head was made at the latest, by the store server's clock: a register's clock that is ahead would promise
    too much, so the time of arrival bounds it."""
    made: datetime = min(told.at, told.received_at)
    return made


def _count(connection: Connection, where: Any) -> int:
    return connection.execute(select(func.count()).where(where)).scalar_one()
