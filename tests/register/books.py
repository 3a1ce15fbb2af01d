"""The two books held against each other: the register's journal and the channel database."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec

from kassa.environment import Environment
from kassa.journal import Journal
from kassa.journal.entry import EntryBody, SalePayload, decode_entry
from kassa.testing.server import StoreServer


def read_journal(folder: Path) -> list[EntryBody]:
    """The entries of the open series of a register that is closed; its chain is verified.

    :raises kassa.errors.JournalDamaged: the chain is broken.
    """
    with closing(Journal(folder, Environment())) as journal:
        journal.verify()
        assert journal.commands.pending() == []
        assert journal.waiting.entries == 0
        assert journal.series.acknowledged == journal.series.sequence
        return [decode_entry(entry.data) for entry in journal.entries()]


def receipts(entries: Iterable[EntryBody]) -> list[str]:
    """The receipt numbers in the order of the journal."""
    return [entry.receipt_number for entry in entries if entry.receipt_number is not None]


def gapless(count: int, *, series: int = 1, register: str = "R1") -> list[str]:
    """The receipt numbers that a series has after ``count`` sales."""
    return [f"S1-{register}-{series}-{number:06}" for number in range(1, count + 1)]


def agree(server: StoreServer, entries: list[EntryBody]) -> None:
    """Every entry is in the channel database once, in its place, and every sale is posted once with its amounts."""
    told = [(entry.sequence, entry.entry_id, "posted") for entry in entries]
    assert [(row["sequence"], row["entry_id"], row["posting"]) for row in server.entries()] == told
    assert server.query("SELECT * FROM journal_conflict") == []
    assert [(sale.receipt_number, sale.total) for sale in server.sales()] == totals(entries)


def totals(entries: Iterable[EntryBody]) -> list[tuple[str | None, Decimal]]:
    """Receipt number and total of each finished sale and return."""
    return [
        (entry.receipt_number, msgspec.json.decode(entry.payload, type=SalePayload).totals.total)
        for entry in entries
        if entry.kind == "sale"
    ]
