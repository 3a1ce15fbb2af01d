"""Intake of journal entries: bytes and hash, in order, whatever they contain. This is the acknowledgement.

What is known is acknowledged again; what contradicts it is kept for a person and overwrites nothing. Meaning comes
second (:mod:`kassa_server.posting`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from kassa.errors import InvalidInput, NotAllowed
from kassa.journal.entry import chain_hash
from kassa.masterdata import upsert
from kassa.protocol import JournalAcknowledgement, JournalBatch, WireEntry
from kassa.schema.rules import LARGEST_IN
from kassa.text import texts
from kassa_server.channel import lock_row
from kassa_server.door import Caller
from kassa_server.heads import note_head
from kassa_server.schema import WAITING, journal_conflict, journal_entry, series

_, n_ = texts("kassa_server")

LARGEST_BATCH = 10_000
"""Entries in one batch."""

OTHER_HASH, OTHER_ID, ID_TAKEN, CHAIN_BROKEN = "other_hash", "other_id", "id_taken", "chain_broken"
"""Why an entry contradicts what is stored."""


@dataclass(frozen=True)
class Known:
    """An entry that is stored."""

    entry_id: str
    hash: bytes


def take_batch(connection: Connection, caller: Caller, batch: JournalBatch, now: datetime) -> JournalAcknowledgement:
    """Store what is new of a batch and acknowledge it, within the caller's transaction; note the register's head.

    A batch without entries asks how far the store server is. Whoever is the register now also delivers what its former
    devices left in the journal.

    :returns: acknowledged up to the last entry of this batch that is stored (never past it: entries beyond were
        acknowledged before), or up to where the series ends here if entries are missing before the batch.
    :raises NotAllowed: the series is not this device's, nor one of its register's before it.
    :raises InvalidInput: too many entries, or a sequence number below 1.
    """
    own = lock_row(connection, select(series).where(series.c.series_id == batch.series, _is_callers(caller)))
    if own is None:
        raise NotAllowed(_("These journal entries belong to another device."), hint=_("Call support."))
    acknowledgement = take_entries(connection, own, batch, now)
    behind = note_head(connection, caller.signed, now) if caller.signed.head.series == batch.series else False
    return msgspec.structs.replace(acknowledgement, head_is_behind=behind)


def take_entries(connection: Connection, own: Row[Any], batch: JournalBatch, now: datetime) -> JournalAcknowledgement:
    """Store what is new of a batch and acknowledge it: the one rule for what registers deliver to a store server and
    store servers to headquarters.

    :param own: the series' row, locked by the caller.
    :raises InvalidInput: as :func:`take_batch`.
    """
    _check(batch)
    intake = _Intake(connection, own, batch, now)
    if batch.beside:
        intake.keep_beside()
    else:
        intake.store_all()
    return JournalAcknowledgement(
        batch.series, intake.acknowledged, intake.acknowledged_hash.hex(), intake.conflict, kept=intake.kept
    )


def _is_callers(caller: Caller) -> ColumnElement[bool]:
    if caller.replaced:
        return series.c.device_id == caller.device_id
    return series.c.register_id == caller.register_id


def _check(batch: JournalBatch) -> None:
    in_order = all(one.sequence + 1 == other.sequence for one, other in pairwise(batch.entries))
    if len(batch.entries) > LARGEST_BATCH or not in_order or any(entry.sequence < 1 for entry in batch.entries):
        raise InvalidInput(
            _("The store server could not read what the register delivered."),
            hint=_("Nothing is lost. Call support: register and store server may need an update."),
            where="batch",
        )


class _Intake:
    """One batch on its way into one series, whose row is locked."""

    def __init__(self, connection: Connection, own: Row[Any], batch: JournalBatch, now: datetime) -> None:
        self._connection = connection
        self._batch = batch
        self._now = now
        self._sequence: int = own.sequence
        self._hash: bytes = bytes(own.hash)
        self._known = self._read_known()
        self._taken = self._read_taken()
        self.acknowledged, self.acknowledged_hash = self._sequence, self._hash
        self.conflict: str | None = None
        self.kept = 0

    def keep_beside(self) -> None:
        """Keep what is not in the chain for a person; the chain stays as it is."""
        for entry in self._batch.entries:
            reason = self._contradiction(entry)
            if reason is not None or entry.sequence > self._sequence:
                self._keep_conflict(entry, reason or CHAIN_BROKEN)
            self.kept = entry.sequence
        self.conflict = None

    def store_all(self) -> None:
        """Go through the batch until something contradicts or is missing."""
        fresh: list[dict[str, Any]] = []
        for entry in self._batch.entries:
            if entry.sequence > self._sequence + 1:
                break
            reason = self._contradiction(entry)
            if reason is not None:
                self._keep_conflict(entry, reason)
                break
            if entry.sequence > self._sequence:
                fresh.append(self._row(entry))
                self._sequence, self._hash = entry.sequence, bytes.fromhex(entry.hash)
            self.acknowledged, self.acknowledged_hash = entry.sequence, bytes.fromhex(entry.hash)
        if fresh:
            self._connection.execute(insert(journal_entry), fresh)
            end = {"sequence": self._sequence, "hash": self._hash}
            self._connection.execute(update(series).where(series.c.series_id == self._batch.series).values(end))

    def _contradiction(self, entry: WireEntry) -> str | None:
        claimed = _hash_of(entry)
        if entry.sequence <= self._sequence:
            known = self._known[entry.sequence]
            if known.entry_id != stored_id(entry.entry_id):
                return OTHER_ID
            return None if known.hash == claimed else OTHER_HASH
        if stored_id(entry.entry_id) in self._taken:
            return ID_TAKEN
        return None if chain_hash(self._hash, entry.data) == claimed else CHAIN_BROKEN

    def _row(self, entry: WireEntry) -> dict[str, Any]:
        self._taken.add(stored_id(entry.entry_id))
        return {
            "entry_id": stored_id(entry.entry_id),
            "series_id": self._batch.series,
            "sequence": entry.sequence,
            "kind": _short(entry.kind, 40),
            "hash": _hash_of(entry),
            "data": entry.data,
            "received_at": self._now,
            "posting": WAITING,
        }

    def _keep_conflict(self, entry: WireEntry, reason: str) -> None:
        self.conflict = entry.entry_id
        row = {
            "series_id": self._batch.series,
            "sequence": entry.sequence,
            "hash": hashlib.sha256(entry.hash.encode() + entry.data).hexdigest(),
            "entry_id": stored_id(entry.entry_id),
            "kind": _short(entry.kind, 40),
            "data": entry.data,
            "reason": reason,
            "received_at": self._now,
        }
        upsert(self._connection, journal_conflict, [row])

    def _read_known(self) -> dict[int, Known]:
        """The entries that are stored with this batch's numbers."""
        if not self._batch.entries or self._batch.entries[0].sequence > self._sequence:
            return {}
        first, last = self._batch.entries[0].sequence, self._batch.entries[-1].sequence
        here = (journal_entry.c.series_id == self._batch.series) & journal_entry.c.sequence.between(first, last)
        columns = select(journal_entry.c.sequence, journal_entry.c.entry_id, journal_entry.c.hash)
        return {
            row.sequence: Known(row.entry_id, bytes(row.hash)) for row in self._connection.execute(columns.where(here))
        }

    def _read_taken(self) -> set[str]:
        """The ids of new entries that are stored already, under whatever number."""
        new = [stored_id(entry.entry_id) for entry in self._batch.entries if entry.sequence > self._sequence]
        taken: set[str] = set()
        for start in range(0, len(new), LARGEST_IN):
            part = journal_entry.c.entry_id.in_(new[start : start + LARGEST_IN])
            taken.update(self._connection.execute(select(journal_entry.c.entry_id).where(part)).scalars())
        return taken


def stored_id(entry_id: str) -> str:
    """An entry's id as stored: itself, or, if it is no UUID in hexadecimal, the start of its SHA-256. An id that the
    database cannot hold must not stop a register's deliveries."""
    if len(entry_id) == 32 and entry_id.isascii() and entry_id.isalnum():
        return entry_id
    return hashlib.sha256(entry_id.encode()).hexdigest()[:32]


def _short(words: str, length: int) -> str:
    return words.replace("\0", "")[:length]


def _hash_of(entry: WireEntry) -> bytes:
    try:
        return bytes.fromhex(entry.hash)
    except ValueError:
        return b""
