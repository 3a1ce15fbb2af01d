"""What the journal's tests write: a register's record, sales and entries of a known size."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from kassa.environment import Environment
from kassa.journal import Journal, StoredEntry
from kassa.journal.entry import GENESIS, raw
from kassa.journal.records import NewEntry
from kassa.model import Item, Line, RegisterRecord, Store, Transaction
from kassa.testing.clock import START, TestClock

RECORD = RegisterRecord("R1", "Till 1", Store("S1", "Store", "SEK", timezone="Europe/Stockholm"))
FIRST, SECOND = "5e" * 16, "6f" * 16
"""Two series."""


def environment() -> tuple[Environment, TestClock]:
    """An environment whose clock stands still."""
    clock = TestClock()
    return Environment(clock=clock), clock


def transaction(number: int = 1, quantity: int = 1) -> Transaction:
    """A sale of some coffee."""
    item = Item("1001", "Coffee", Decimal("49.90"), "F", Decimal("0.12"))
    return Transaction(
        f"{number:032x}", "S1", "R1", "17", "SEK", tax_included=True, started_at=START,
        lines=(Line("1", item, Decimal(quantity)),),
    )  # fmt: skip


def sale(amount: str = "49.90") -> NewEntry:
    """A finished sale."""
    return NewEntry("sale", raw({"total": amount}), staff_id="17", amount=Decimal(amount), takes_receipt_number=True)


def event(kind: str = "audit", size: int = 0) -> NewEntry:
    """An event that takes no receipt number; ``size`` bytes of payload at least."""
    return NewEntry(kind, raw({"filler": "x" * size}))


def sell(journal: Journal, count: int = 1) -> list[StoredEntry]:
    """Finish some sales."""
    return [journal.append(sale(), generation=journal.generation) for _ in range(count)]


def assert_chain(entries: list[StoredEntry], previous: bytes = GENESIS, first: int = 1) -> None:
    """The entries are in sequence without a gap, and each one's hash follows from its bytes and the one before."""
    for sequence, entry in enumerate(entries, first):
        assert entry.sequence == sequence
        assert entry.hash == hashlib.sha256(previous + entry.data).digest()
        previous = entry.hash
