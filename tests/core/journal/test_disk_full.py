"""A full disk: said so, everything before is kept, and the same write works when there is room again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.core.journal.book import RECORD, SECOND, assert_chain, event, sale, sell, transaction
from tests.core.journal.conftest import Shelf

from kassa.errors import JournalNotWritten
from kassa.journal import Journal
from kassa.journal.entry import raw
from kassa.journal.records import NewEntry

ID = "c0" * 16


@contextmanager
def full(journal: Journal) -> Iterator[None]:
    """The journal's file can take no page more: SQLite itself refuses, with SQLITE_FULL."""
    with journal._database.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1")  # never less than there are
    try:
        yield
    finally:
        with journal._database.reading() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")


def facts(journal: Journal) -> tuple[Any, ...]:
    """Everything that the journal says of itself."""
    return (
        journal.series, journal.sale, journal.waiting, journal.commands.pending(), journal.entries(),
        journal.overlay.rows("item"), journal.setting("acme", "note"), journal.record, journal.commands.answer_to(ID),
    )  # fmt: skip


def write_until_full(journal: Journal, new: NewEntry) -> None:
    """Write until the pages there are have no room left."""
    for _ in range(500):
        journal.append(new, generation=0)


BIG = "x" * 9000
WRITES: dict[str, Callable[[Journal], object]] = {
    "append": lambda journal: journal.append(event(size=9000), generation=0),
    "finish": lambda journal: journal.append(replace(sale(), payload=raw(BIG)), generation=0, ends_sale=True),
    "save_sale": lambda journal: journal.save_sale(msgspec.structs.replace(transaction(), comment=BIG), generation=0),
    "record_command": lambda journal: journal.commands.record("d1" * 16, "acme.add", b"{}", BIG.encode(), generation=0),
    "answer_command": lambda journal: journal.answer_command(
        ID, BIG.encode(), event("command"), generation=0, online=True, overlay=[("item", "1", {"a": BIG})], sale=(None,)
    ),
    "keep_setting": lambda journal: journal.keep_setting("acme", "note", BIG),
    "open_series": lambda journal: journal.open_series(SECOND, 2, msgspec.structs.replace(RECORD, name=BIG)),
}


@pytest.fixture
def busy(shelf: Shelf) -> Journal:
    """A journal with something of each kind in it."""
    journal = shelf.journal
    sell(journal, 3)
    journal.acknowledge(journal.series.series, 1)
    journal.commands.record(ID, "acme.add", b"{}", b"{}", generation=0)
    journal.save_sale(transaction(), generation=0)
    return journal


@pytest.mark.parametrize("name", WRITES)
def test_full_disk_keeps_all_and_the_next_try_works(shelf: Shelf, busy: Journal, name: str) -> None:
    """Whatever is written when the disk is full: nothing of it is kept, in memory or file, and it works later."""
    before = facts(busy)
    with full(busy):
        with pytest.raises(JournalNotWritten, match="disk is full") as caught:
            WRITES[name](busy)
        assert caught.value.retryable
        assert facts(busy) == before
    assert facts(shelf.reopen()) == before
    WRITES[name](shelf.journal)
    after = facts(shelf.journal)
    assert after != before
    assert facts(shelf.reopen()) == after


def test_numbers_have_no_gap_after_a_full_disk(shelf: Shelf, busy: Journal) -> None:
    """Sales that could not be written leave no hole in sequence, receipt numbers or chain."""
    with full(busy):
        for new in (event(size=3000), event(), sale()):
            with pytest.raises(JournalNotWritten):
                write_until_full(busy, new)
    written = busy.series.sequence
    sell(busy, 2)
    entries = shelf.reopen().entries()
    assert_chain(entries)
    assert len(entries) == written + 2
    numbers = [entry.receipt_number for entry in entries if entry.receipt_number]
    assert numbers == [f"S1-R1-1-{counter:06}" for counter in range(1, len(numbers) + 1)]
