"""Reading stored chains again: bytes and hashes as they are in the database now, not as they were when they came.

Intake checks each entry once, before it is stored. Here the same is done from the database, so that a row that was
altered, taken out or put in by hand since is found. The chain hangs on the register's signature: a covering head
(:class:`kassa_server.certificate.CoveringHead`) signs the hash of its last entry, and with it every one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, select

from kassa.journal.entry import GENESIS, EntryBody, SalePayload, chain_hash, decode_entry
from kassa_server.intake import stored_id
from kassa_server.schema import journal_entry, series

SALES = frozenset({"sale", "void"})
AT_ONCE = 500
"""Rows read at a time: memory stays flat however long a chain is."""

FaultKind = Literal["gap", "altered", "unreadable"]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a range of stored entries.

    ``gap``: they are not there. ``altered``: they do not continue each other. ``unreadable``: as it was signed, and
    still not an entry that can be read, or not one that says what it was delivered as.
    """

    kind: FaultKind
    first: int
    last: int


@dataclass(frozen=True)
class ChainEntry:
    """A stored entry. ``body`` is None where its bytes cannot be read; ``sale`` likewise, and for other kinds."""

    sequence: int
    entry_id: str
    kind: str
    hash: bytes
    posting: str
    received_at: datetime
    body: EntryBody | None
    sale: SalePayload | None


@dataclass
class ChainReading:
    """Goes through one series' entries, once, in order; ``faults`` is what was found on the way.

    :param after: begin after this entry, whose hash is ``start``.
    """

    connection: Connection
    series_id: str
    after: int = 0
    start: bytes = GENESIS
    faults: list[Fault] = field(default_factory=list)
    _last: int = 0
    _hash: bytes = GENESIS

    def entries(self) -> Iterator[ChainEntry]:
        """The entries as they are stored, each looked at."""
        self._last, self._hash = self.after, self.start
        for row in self._rows():
            if row.sequence != self._last + 1:
                self._note("gap", self._last + 1, row.sequence - 1)
            elif chain_hash(self._hash, row.data) != bytes(row.hash):
                self._note("altered", max(self.after + 1, row.sequence - 1), row.sequence)
            self._last, self._hash = row.sequence, bytes(row.hash)
            entry = self._read(row)
            if not _says_what_it_is(entry, self.series_id):
                self._note("unreadable", row.sequence, row.sequence)
            yield entry
        self._check_end()

    def _rows(self) -> Iterator[Row[Any]]:
        """In pages: SQL Server has one result set open at a time, and other things are asked meanwhile."""
        own = select(journal_entry).where(journal_entry.c.series_id == self.series_id)
        own = own.order_by(journal_entry.c.sequence).limit(AT_ONCE)
        after = self.after
        while page := self.connection.execute(own.where(journal_entry.c.sequence > after)).all():
            yield from page
            after = page[-1].sequence

    def _read(self, row: Row[Any]) -> ChainEntry:
        body = sale = None
        try:
            body = decode_entry(row.data)
            if body.kind in SALES:
                sale = msgspec.json.decode(body.payload, type=SalePayload)
        except (msgspec.DecodeError, ValueError, RecursionError):
            pass
        return ChainEntry(
            row.sequence, row.entry_id, row.kind, bytes(row.hash), row.posting, row.received_at, body, sale
        )

    def _check_end(self) -> None:
        own = self.connection.execute(select(series).where(series.c.series_id == self.series_id)).one()
        if own.sequence > self._last:
            self._note("gap", self._last + 1, own.sequence)
        elif own.sequence < self._last or bytes(own.hash) != self._hash:
            self._note("altered", own.sequence, self._last)

    def _note(self, kind: FaultKind, first: int, last: int) -> None:
        before = self.faults[-1] if self.faults else None
        if before is not None and before.kind == kind == "altered" and first <= before.last:
            self.faults[-1] = Fault(kind, before.first, last)
        else:
            self.faults.append(Fault(kind, first, last))


def _says_what_it_is(entry: ChainEntry, series_id: str) -> bool:
    body = entry.body
    if body is None or (body.kind in SALES and entry.sale is None):
        return False
    told = (body.series, body.sequence, stored_id(body.entry_id), body.kind[:40])
    return told == (series_id, entry.sequence, entry.entry_id, entry.kind)
