"""Heads: where each register's journal stood at its last contact, with the register's own signature as proof.

Two heads are kept for each series: the latest, and the latest whose entries are all stored (*covered*), which a
certificate rests on (:mod:`kassa_server.certificate`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from kassa.device import SignedHead
from kassa.masterdata import upsert
from kassa_server.channel import Channel, lock_row
from kassa_server.headquarters.support_offline import retire_when_in
from kassa_server.schema import head, journal_entry, series

_SERIES = select(series).where(series.c.series_id == bindparam("one"))
_HEAD = select(head).where(head.c.series_id == bindparam("one"), head.c.covered == bindparam("whether"))
_HASH = select(journal_entry.c.hash).where(
    journal_entry.c.series_id == bindparam("one"), journal_entry.c.sequence == bindparam("at")
)
OFTEN = timedelta(seconds=10)
"""A head that says nothing new is stored again after this time; a scan is not made slower by a commit each."""


def says_something_new(channel: Channel, signed: SignedHead) -> bool:
    """Whether a contact's head is worth a write: another sequence, or the last one is :data:`OFTEN` ago."""
    with channel.reading() as connection:
        latest = _stored(connection, signed.head.series, covered=False)
    if latest is None or signed.head.sequence != latest.sequence:
        return True
    since: timedelta = channel.environment.clock.utc() - latest.received_at
    return since >= OFTEN


def note_contact(channel: Channel, signed: SignedHead) -> None:
    """Store a head that came with a request, if it says something new."""
    if not says_something_new(channel, signed):
        return
    with channel.writing() as connection:
        if lock_row(connection, _SERIES, {"one": signed.head.series}) is not None:
            note_head(connection, signed, channel.environment.clock.utc())


def note_head(connection: Connection, signed: SignedHead, now: datetime) -> bool:
    """Store a head, and the newest covered one. The series' row is locked by the caller, and its new entries are in.

    :returns: whether the journal that signed it is behind (or beside) what is stored: a copy or an old backup.
    """
    told = signed.head
    own = connection.execute(_SERIES, {"one": told.series}).one()
    latest = _stored(connection, told.series, covered=False)
    made = min(told.at, now)
    is_newer = latest is None or (told.sequence, made) >= (latest.sequence, made_at(latest))
    if is_newer:
        _store(connection, signed, now, covered=False)
    behind = told.sequence < own.sequence or (
        told.sequence == own.sequence and not _is_on_chain(connection, told.series, told.sequence, told.hash)
    )
    if is_newer and told.sequence == own.sequence and not behind:
        _store(connection, signed, now, covered=True)
        retire_when_in(connection, told.register_id, now)
    # A request that was late on its way has an old head and an old time; a copied journal speaks now.
    speaks_now = latest is None or made > made_at(latest)
    if behind and speaks_now and own.behind_at is None:
        connection.execute(update(series).where(series.c.series_id == told.series).values(behind_at=now))
    return behind


def keep_told_head(connection: Connection, signed: SignedHead, received_at: datetime) -> None:
    """Store a head that a store server tells headquarters of: as the latest, and as covered if all that it counts is
    stored. Whether its journal is behind is the store server's to judge, which has seen it.

    :param signed: its signature has been verified.
    """
    told = signed.head
    latest, proof = (_stored(connection, told.series, covered=covered) for covered in (False, True))
    made = min(told.at, received_at)
    if latest is None or (told.sequence, made) >= (latest.sequence, made_at(latest)):
        _store(connection, signed, received_at, covered=False)
    is_newer = proof is None or (told.sequence, made) > (proof.sequence, made_at(proof))
    if is_newer and _is_on_chain(connection, told.series, told.sequence, told.hash):
        _store(connection, signed, received_at, covered=True)


def made_at(told: Row[Any]) -> datetime:
    """When a head was made at the latest, by the store server's clock: a register's clock that is ahead would promise
    too much, so the time of arrival bounds it. One that is behind promises too little, until it has caught up."""
    made: datetime = min(told.at, told.received_at)
    return made


def _store(connection: Connection, signed: SignedHead, now: datetime, *, covered: bool) -> None:
    told = signed.head
    row = {
        "series_id": told.series,
        "covered": covered,
        "sequence": told.sequence,
        "unsent": told.unsent,
        "at": told.at,
        "received_at": now,
        "packed": signed.packed,
        "signature": signed.signature,
    }
    upsert(connection, head, [row])


def _stored(connection: Connection, series_id: str, *, covered: bool) -> Row[Any] | None:
    return connection.execute(_HEAD, {"one": series_id, "whether": covered}).first()


def _is_on_chain(connection: Connection, series_id: str, sequence: int, digest: str) -> bool:
    if sequence == 0:
        return True
    found = connection.execute(_HASH, {"one": series_id, "at": sequence}).scalar()
    return found is not None and bytes(found).hex() == digest.lower()
