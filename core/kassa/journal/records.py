"""What the journal takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec

SALE_KINDS = ("sale",)
"""The kinds of entry whose amounts wait for delivery."""


@dataclass(frozen=True)
class Series:
    """A series as it stands."""

    series: str
    number: int
    sequence: int
    hash: bytes
    receipts: int
    acknowledged: int
    stopped: str | None = None


@dataclass(frozen=True)
class JournalPlace:
    """An entry's place in a journal: the series' id and the sequence number."""

    series: str
    sequence: int


@dataclass(frozen=True)
class Waiting:
    """What waits for delivery: finished sales and returns, their amount, when the first of them was finished;
    ``entries`` counts every kind."""

    count: int
    amount: Decimal
    oldest: datetime | None
    entries: int


@dataclass(frozen=True)
class StoredEntry:
    """An entry as stored."""

    series: str
    sequence: int
    entry_id: str
    kind: str
    receipt_number: str | None
    at: datetime
    hash: bytes
    data: bytes


@dataclass(frozen=True)
class NewEntry:
    """What an entry is made of; series, sequence, number, time and hash are the journal's to give."""

    kind: str
    payload: msgspec.Raw
    staff_id: str | None = None
    amount: Decimal | None = None
    takes_receipt_number: bool = False
    training: bool = False
    clock_offset_ms: int | None = None
    entry_id: str | None = None


@dataclass(frozen=True)
class PendingCommand:
    """A command whose outcome the journal does not know."""

    command_id: str
    name: str
    context: bytes
    request: bytes
    doubtful: bool
    """It was refused here while the store server may have done it: ask, do not send again."""
