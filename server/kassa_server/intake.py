"""Intake of journal entries: bytes and hash, in order, whatever they contain. This is the acknowledgement.

What is known is acknowledged again; what contradicts it is kept for a person and overwrites nothing. Meaning comes
second (:mod:`kassa_server.posting`): in a transaction of its own, or, where nothing stands against it, in the same one,
which spares the database half of the work. What is stored then never depends on what could be posted: whatever goes
wrong with that undoes both, and the bytes are stored alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, update

from kassa.errors import InvalidInput, NotAllowed
from kassa.journal.entry import chain_hash
from kassa.masterdata import upsert
from kassa.protocol import JournalAcknowledgement, JournalBatch, WireEntry
from kassa.schema.rules import LARGEST_IN
from kassa.text import texts
from kassa_server.bulk import insert_rows
from kassa_server.channel import lock_row
from kassa_server.door import Caller
from kassa_server.headquarters.device_revocations import hold_entries
from kassa_server.heads import note_head
from kassa_server.schema import POSTED, WAITING, journal_conflict, journal_entry, series

_, n_ = texts("kassa_server")

LARGEST_BATCH = 10_000
"""Entries in one batch."""

OTHER_HASH, OTHER_ID, ID_TAKEN, CHAIN_BROKEN = "other_hash", "other_id", "id_taken", "chain_broken"
"""Why an entry contradicts what is stored."""


_OF_REGISTER = select(series).where(series.c.series_id == bindparam("one"), series.c.register_id == bindparam("whose"))
_OF_DEVICE = select(series).where(series.c.series_id == bindparam("one"), series.c.device_id == bindparam("whose"))
_STORED = select(journal_entry.c.sequence, journal_entry.c.entry_id, journal_entry.c.hash).where(
    journal_entry.c.series_id == bindparam("one"),
    journal_entry.c.sequence.between(bindparam("first"), bindparam("last")),
)
_END = (
    update(series)
    .where(series.c.series_id == bindparam("one"))
    .values(sequence=bindparam("end"), hash=bindparam("its"))
)
_WAITS = select(journal_entry.c.sequence).where(
    journal_entry.c.posting == WAITING, journal_entry.c.series_id == bindparam("one")
).limit(1)  # fmt: skip


class Known(NamedTuple):
    """An entry that is stored."""

    entry_id: str
    hash: bytes


class FreshEntry(NamedTuple):
    """An entry that has been stored in this transaction, with the register whose series it is in."""

    entry_id: str
    series_id: str
    sequence: int
    kind: str
    data: bytes
    register_id: str
    store_id: str


Posting = Callable[[Connection, Sequence[FreshEntry]], None]
"""Posts entries in the transaction that stores them, or raises; then the transaction is rolled back."""


@dataclass(frozen=True)
class Taken:
    """What taking a batch came to. ``waits``: something of the series is not posted yet."""

    acknowledgement: JournalAcknowledgement
    waits: bool


def take_batch(
    connection: Connection, caller: Caller, batch: JournalBatch, now: datetime, post: Posting | None = None
) -> Taken:
    """Store what is new of a batch and acknowledge it, within the caller's transaction; note the register's head.

    What a revoked device hands over waits for a person (:mod:`kassa_server.headquarters.device_revocations`). A batch
    without entries asks how far the store server is. Whoever is the register now also delivers what its former
    devices left in the journal.

    :param post: posts what is new at once, if nothing of the series waits that came before it.
    :returns: acknowledged up to the last entry of this batch that is stored (never past it: entries beyond were
        acknowledged before), or up to where the series ends here if entries are missing before the batch.
    :raises NotAllowed: the series is not this device's, nor one of its register's before it.
    :raises InvalidInput: too many entries, or a sequence number below 1.
    """
    alone = caller.replaced or caller.revoked
    mine, whose = (_OF_DEVICE, caller.device_id) if alone else (_OF_REGISTER, caller.register_id)
    own = lock_row(connection, mine, {"one": batch.series, "whose": whose})
    if own is None:
        raise NotAllowed(_("These journal entries belong to another device."), hint=_("Call support."))
    taken = take_entries(connection, own, batch, now, post, store_id=caller.store_id, held=caller.revoked)
    if caller.revoked:
        hold_entries(connection, own.series_id, own.sequence, now)
    behind = note_head(connection, caller.signed, now) if caller.signed.head.series == batch.series else False
    acknowledgement = msgspec.structs.replace(taken.acknowledgement, head_is_behind=behind)
    return Taken(acknowledgement, taken.waits)


def take_entries(
    connection: Connection,
    own: Row[Any],
    batch: JournalBatch,
    now: datetime,
    post: Posting | None,
    *,
    store_id: str,
    held: bool,
) -> Taken:
    """Store what is new of a batch and acknowledge it: the one rule for what registers deliver to a store server and
    store servers to headquarters.

    :param own: the series' row, locked by the caller.
    :param post: posts what is new at once, if nothing of the series waits that came before it.
    :param store_id: the register's store; ``held``: its device is revoked, and what is new waits for a person.
    :raises InvalidInput: as :func:`take_batch`.
    """
    waits = connection.execute(_WAITS, {"one": batch.series}).first() is not None
    _check(batch)
    at_once = None if waits or held or post is None else _AtOnce(post, own.register_id, store_id)
    acknowledgement, fresh = _take(connection, own, batch, now, at_once)
    return Taken(acknowledgement, waits or (fresh > 0 and at_once is None and not held))


@dataclass(frozen=True)
class _AtOnce:
    """What is new is posted as it is stored."""

    post: Posting
    register_id: str
    store_id: str


def _take(
    connection: Connection, own: Row[Any], batch: JournalBatch, now: datetime, at_once: _AtOnce | None
) -> tuple[JournalAcknowledgement, int]:
    """The acknowledgement, and how many entries were new."""
    intake = _Intake(connection, own, batch, now, at_once)
    fresh = 0
    if batch.beside:
        intake.keep_beside()
    else:
        fresh = intake.store_all()
    acknowledgement = JournalAcknowledgement(
        batch.series, intake.acknowledged, intake.acknowledged_hash.hex(), intake.conflict, kept=intake.kept
    )
    return acknowledgement, fresh


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

    def __init__(
        self, connection: Connection, own: Row[Any], batch: JournalBatch, now: datetime, at_once: _AtOnce | None
    ) -> None:
        self._connection = connection
        self._batch = batch
        self._now = now
        self._at_once = at_once
        self._sequence: int = own.sequence
        self._hash: bytes = bytes(own.hash)
        self._known = self._read_known()
        # The key of the table says so too: what goes wrong at once is done again with a look beforehand.
        self._taken = self._read_taken() if at_once is None else set()
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

    def store_all(self) -> int:
        """Go through the batch until something contradicts or is missing; how many entries were new."""
        fresh: list[tuple[Any, ...]] = []
        for entry in self._batch.entries:
            if entry.sequence > self._sequence + 1:
                break
            reason = self._contradiction(entry)
            if reason is not None:
                self._keep_conflict(entry, reason)
                break
            self.acknowledged, self.acknowledged_hash = entry.sequence, bytes.fromhex(entry.hash)
            if entry.sequence > self._sequence:
                fresh.append(self._row(entry, self.acknowledged_hash))
                self._sequence, self._hash = entry.sequence, self.acknowledged_hash
        if fresh:
            self._store(fresh)
        return len(fresh)

    def _store(self, fresh: list[tuple[Any, ...]]) -> None:
        insert_rows(self._connection, journal_entry, fresh)
        end = {"one": self._batch.series, "end": self._sequence, "its": self._hash}
        self._connection.execute(_END, end)
        at_once = self._at_once
        if at_once is not None:
            whose = (at_once.register_id, at_once.store_id)
            entries = [
                FreshEntry(entry_id, series_id, sequence, kind, data, *whose)
                for entry_id, series_id, sequence, kind, _hash, data, _at, _posting in fresh
            ]
            at_once.post(self._connection, entries)

    def _contradiction(self, entry: WireEntry) -> str | None:
        claimed = _hash_of(entry)
        if entry.sequence <= self._sequence:
            known = self._known[entry.sequence]
            if known.entry_id != stored_id(entry.entry_id):
                return OTHER_ID
            return None if known.hash == claimed else OTHER_HASH
        if self._taken and stored_id(entry.entry_id) in self._taken:
            return ID_TAKEN
        return None if chain_hash(self._hash, entry.data) == claimed else CHAIN_BROKEN

    def _row(self, entry: WireEntry, digest: bytes) -> tuple[Any, ...]:
        """In the order of the table's columns."""
        entry_id = stored_id(entry.entry_id)
        if self._at_once is None:
            self._taken.add(entry_id)
        state = WAITING if self._at_once is None else POSTED
        kind = _short(entry.kind, 40)
        return (entry_id, self._batch.series, entry.sequence, kind, digest, entry.data, self._now, state)

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
        found = self._connection.execute(_STORED, {"one": self._batch.series, "first": first, "last": last})
        return {sequence: Known(entry_id, bytes(digest)) for sequence, entry_id, digest in found}

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
