"""The certificate: is everything that a register has journalled up to a time stored here?

It rests on signed heads alone. A head says how long the journal was at a time; if a head made after T is known, and all
the entries that it counts are stored with its very hash, then everything up to T is in. Otherwise it is *unknown since*
the last head of which that can be said. The signature is checked again each time, by the device's public key, and the
hash with the one stored. What comes before is read again by :mod:`kassa_server.headquarters.proof.chain`.

What it cannot show: a tail of entries cut off, before its first head was sent, by somebody who holds both the
register's disk and its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from kassa.device import verify_head
from kassa.errors import DeviceNotTrusted
from kassa.journal.entry import GENESIS
from kassa.protocol import Head, unpack_head
from kassa_server.record import read_record
from kassa_server.schema import PARKED, device, head, journal_conflict, journal_entry, series


@dataclass(frozen=True)
class CoveringHead:
    """A head whose entries are all stored, with good signature. ``made_at`` is bounded by its arrival."""

    head: Head
    received_at: datetime
    made_at: datetime


@dataclass(frozen=True)
class SeriesCertificate:
    """What is known of one series.

    :param known_to: everything that was journalled up to here is stored.
    :param sequence: the last entry stored.
    :param missing: entries that the latest head counts and that are not stored.
    :param closed_at: another device is the register since then. Entries may still come: the series is *open-ended*.
    :param behind_at: when a journal was first seen that is a copy or an old backup of this one.
    :param rests_on: the head that ``known_to`` comes from; None: the series' opening.
    :param head_refused: a head is stored, and does not hold: its signature is not the device's, or what it counts is
        not stored as it says.
    """

    series_id: str
    number: int
    opened_at: datetime
    known_to: datetime
    sequence: int
    missing: int
    closed_at: datetime | None
    behind_at: datetime | None
    conflicts: int
    parked: int
    rests_on: CoveringHead | None = None
    head_refused: bool = False


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
    own = (
        select(series, device.c.public_key)
        .join(device, device.c.device_id == series.c.device_id)
        .where(series.c.register_id == register_id)
        .order_by(series.c.number)
    )
    found = tuple(_certify_series(connection, row) for row in connection.execute(own))
    still_open = [one for one in found if one.closed_at is None]
    since = min((one.known_to for one in still_open), default=None)
    complete = since is not None and since >= until
    return Certificate(register_id, until, complete, None if complete else since, found)


def _certify_series(connection: Connection, row: Row[Any]) -> SeriesCertificate:
    heads = select(head).where(head.c.series_id == row.series_id)
    by_kind = {told.covered: told for told in connection.execute(heads)}
    covered, latest = by_kind.get(True), by_kind.get(False)
    rests_on = None if covered is None else _covering(connection, row, covered)
    return SeriesCertificate(
        series_id=row.series_id,
        number=row.number,
        opened_at=row.opened_at,
        known_to=row.opened_at if rests_on is None else rests_on.made_at,
        sequence=row.sequence,
        missing=0 if latest is None else max(0, latest.sequence - row.sequence),
        closed_at=row.closed_at,
        behind_at=row.behind_at,
        conflicts=_count(connection, journal_conflict.c.series_id == row.series_id),
        parked=_count(connection, (journal_entry.c.series_id == row.series_id) & (journal_entry.c.posting == PARKED)),
        rests_on=rests_on,
        head_refused=covered is not None and rests_on is None,
    )


def _covering(connection: Connection, row: Row[Any], told: Row[Any]) -> CoveringHead | None:
    """The head, if the series' device has signed it and its last entry is stored with its hash. Entries are stored in
    order, so those before are here too, unless somebody has taken one out since."""
    try:
        verify_head(row.public_key, told.packed, told.signature)
        signed = unpack_head(told.packed)
    except (DeviceNotTrusted, msgspec.DecodeError, ValueError):
        return None
    if (signed.series, signed.register_id) != (row.series_id, row.register_id):
        return None
    if _hash_at(connection, row.series_id, signed.sequence) != signed.hash.lower():
        return None
    return CoveringHead(signed, told.received_at, min(signed.at, told.received_at))


def _hash_at(connection: Connection, series_id: str, sequence: int) -> str:
    if sequence == 0:
        return GENESIS.hex()
    here = (journal_entry.c.series_id == series_id) & (journal_entry.c.sequence == sequence)
    found = connection.execute(select(journal_entry.c.hash).where(here)).scalar()
    return "" if found is None else bytes(found).hex()


def _count(connection: Connection, where: Any) -> int:
    return connection.execute(select(func.count()).where(where)).scalar_one()
