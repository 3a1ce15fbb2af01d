"""Contacts of registers at rest: their heads, and that they had everything, written many at a time.

A head that says what the one before said is worth its time alone. A register on its own is written at once; of a
thousand, those of a few seconds share one transaction. A server that is killed loses those seconds, and the registers
speak again within a minute.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, select, update

from kassa.device import SignedHead
from kassa.schema.rules import LARGEST_IN
from kassa_server.channel import Channel, lock_row
from kassa_server.door import Caller
from kassa_server.heads import note_head
from kassa_server.schema import head, register_report, series

TOGETHER_S = 5.0
"""How long contacts are collected."""


class Contacts:
    """Collects contacts and writes them. Thread-safe."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._mutex = threading.Lock()
        self._waiting: dict[str, tuple[str, SignedHead, datetime]] = {}
        self._written: float | None = None
        self._log = structlog.get_logger("kassa.server")

    def note(self, caller: Caller) -> None:
        """A register has asked and had everything."""
        clock = self._channel.environment.clock
        now = clock.monotonic()
        with self._mutex:
            self._waiting[caller.signed.head.series] = (caller.register_id, caller.signed, clock.utc())
            if self._written is not None and now - self._written < TOGETHER_S:
                return
            self._written = now
        self.write()

    def write(self) -> None:
        """Write what has been collected."""
        with self._mutex:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            with self._channel.writing() as connection:
                _write(connection, waiting)
        except Exception:
            self._log.exception("heads_not_stored")


def _write(connection: Connection, waiting: dict[str, tuple[str, SignedHead, datetime]]) -> None:
    at_rest = _at_rest(connection, waiting)
    heads = [_row(signed, now) for one, (_register, signed, now) in waiting.items() if one in at_rest]
    if heads:
        connection.execute(update(head).where(head.c.series_id == bindparam("own_series")), heads)
    polled = [{"own_register": register_id, "polled_at": now} for register_id, _signed, now in waiting.values()]
    own = register_report.c.register_id == bindparam("own_register")
    connection.execute(update(register_report).where(own), polled)
    for series_id, (_register, signed, now) in waiting.items():
        if series_id not in at_rest and _lock(connection, series_id):
            note_head(connection, signed, now)


def _lock(connection: Connection, series_id: str) -> bool:
    return lock_row(connection, select(series.c.series_id).where(series.c.series_id == series_id)) is not None


def _at_rest(connection: Connection, waiting: dict[str, tuple[str, SignedHead, datetime]]) -> set[str]:
    """The series whose stored heads, and whose stored entries, say what these heads say."""
    stored: dict[str, set[bool]] = {}
    names = sorted(waiting)
    for start in range(0, len(names), LARGEST_IN):
        part = names[start : start + LARGEST_IN]
        heads = select(head.c.series_id, head.c.sequence, series.c.sequence.label("stored"), series.c.hash, head.c.at)
        joined = heads.join(series, series.c.series_id == head.c.series_id).where(head.c.series_id.in_(part))
        for row in connection.execute(joined):
            told = waiting[row.series_id][1].head
            says = row.sequence == row.stored == told.sequence and bytes(row.hash).hex() == told.hash.lower()
            stored.setdefault(row.series_id, set()).add(says and told.at >= row.at)
    return {name for name, found in stored.items() if found == {True}}


def _row(signed: SignedHead, now: datetime) -> dict[str, Any]:
    return {
        "own_series": signed.head.series,
        "unsent": signed.head.unsent,
        "at": signed.head.at,
        "received_at": now,
        "packed": signed.packed,
        "signature": signed.signature,
    }
