"""Whatever is written, acknowledged, refused and interrupted, in whatever order: the book stays whole."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.core.journal.book import RECORD, assert_chain, environment, event, sale, transaction

from kassa.errors import JournalBehind, StaleGeneration
from kassa.journal import Journal, StoredEntry, Waiting
from kassa.journal.entry import decode_entry
from kassa.model import ZERO
from kassa.testing.clock import START

AMOUNTS = st.integers(-100_000, 100_000).map(lambda minor: Decimal(minor).scaleb(-2))


class PowerCutError(Exception):
    """The write was interrupted before it was on the disk."""


@dataclass
class Written:
    """What a series should hold."""

    series: str
    number: int
    entries: list[StoredEntry] = field(default_factory=list)
    amounts: dict[int, Decimal] = field(default_factory=dict)
    acknowledged: int = 0
    stopped: bool = False


class Book(RuleBasedStateMachine):
    """The journal beside a model of it that is lists and counters."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kassa-journal-"))
        self.environment, self.clock = environment()
        self.cut = False
        self.books: list[Written] = []
        self.sale = None
        self.journal = Journal(self.folder, self.environment, create=True, on_write=self.told)

    def told(self, when: str, _label: str) -> None:
        if self.cut and when == "before":
            self.cut = False
            raise PowerCutError

    def teardown(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder)

    @property
    def book(self) -> Written:
        return self.books[-1]

    @initialize()
    def activate(self) -> None:
        self.open_series()

    @rule()
    def open_series(self) -> None:
        number = len(self.books) + 1
        self.journal.open_series(f"{number:032x}", number, RECORD)
        self.books.append(Written(f"{number:032x}", number))

    @rule(amount=AMOUNTS, ends=st.booleans())
    def finish(self, amount: Decimal, ends: bool) -> None:
        if self.book.stopped:
            with pytest.raises(JournalBehind):
                self.journal.append(sale(str(amount)), generation=self.journal.generation)
            return
        entry = self.journal.append(sale(str(amount)), generation=self.journal.generation, ends_sale=ends)
        self.book.entries.append(entry)
        self.book.amounts[entry.sequence] = amount
        self.sale = None if ends else self.sale

    @precondition(lambda self: not self.book.stopped)
    @rule(kind=st.sampled_from(["void", "audit", "drawer"]), size=st.integers(0, 3000))
    def happen(self, kind: str, size: int) -> None:
        self.book.entries.append(self.journal.append(event(kind, size), generation=self.journal.generation))

    @rule(number=st.none() | st.integers(1, 9))
    def change_sale(self, number: int | None) -> None:
        self.sale = None if number is None else transaction(number)
        self.journal.save_sale(self.sale, generation=self.journal.generation)

    @precondition(lambda self: not self.book.stopped)
    @rule()
    def lose_power_while_finishing(self) -> None:
        self.cut = True
        with pytest.raises(PowerCutError):
            self.journal.append(sale(), generation=self.journal.generation, ends_sale=True)

    @rule()
    def write_too_late(self) -> None:
        self.journal.generation += 1
        with pytest.raises(StaleGeneration):
            self.journal.append(sale(), generation=self.journal.generation - 1, ends_sale=True)

    @rule(which=st.integers(0, 9), sequence=st.integers(0, 40))
    def acknowledge(self, which: int, sequence: int) -> None:
        book = self.books[which % len(self.books)]
        self.journal.acknowledge(book.series, sequence)
        book.acknowledged = max(book.acknowledged, min(sequence, len(book.entries)))

    @precondition(lambda self: len(self.books) < 4)
    @rule()
    def stop_series(self) -> None:
        self.journal.stop_series(self.book.series, "copy")
        self.book.stopped = True

    @rule(seconds=st.integers(-5000, 5000))
    def set_clock(self, seconds: int) -> None:
        self.clock.set_wall_clock(START + timedelta(seconds=seconds))

    @rule()
    def restart(self) -> None:
        self.journal.close()
        self.journal = Journal(self.folder, self.environment, on_write=self.told)

    @rule(max_bytes=st.integers(1, 5000))
    def deliver(self, max_bytes: int) -> None:
        waiting = [book for book in self.books if book.acknowledged < len(book.entries)]
        found = self.journal.undelivered(max_bytes=max_bytes)
        if not waiting:
            assert found is None
            return
        assert found is not None
        series, previous, entries = found
        assert series.series == waiting[0].series
        assert entries == waiting[0].entries[waiting[0].acknowledged :][: len(entries)]
        assert_chain(entries, previous, waiting[0].acknowledged + 1)
        assert len(entries) == 1 or sum(len(entry.data) for entry in entries) <= max_bytes
        self.acknowledge(self.books.index(waiting[0]), entries[-1].sequence)

    @invariant()
    def holds_what_was_written(self) -> None:
        entries = self.journal.entries()
        assert entries == self.book.entries
        assert_chain(entries)
        assert [decode_entry(entry.data).sequence for entry in entries] == list(range(1, len(entries) + 1))

    @invariant()
    def receipt_numbers_have_no_gap(self) -> None:
        numbers = [entry.receipt_number for entry in self.journal.entries() if entry.kind == "sale"]
        assert numbers == [f"S1-R1-{self.book.number}-{n:06}" for n in range(1, len(numbers) + 1)]

    @invariant()
    def knows_what_waits(self) -> None:
        left = [(book, entry) for book in self.books for entry in book.entries if entry.sequence > book.acknowledged]
        sales = [(book, entry) for book, entry in left if entry.kind == "sale"]
        amount = sum((book.amounts[entry.sequence] for book, entry in sales), ZERO)
        now: Waiting = self.journal.waiting
        assert (now.count, now.amount, now.entries) == (len(sales), amount, len(left))
        assert now.oldest == (sales[0][1].at if sales else None)

    @invariant()
    def keeps_the_sale(self) -> None:
        assert self.journal.sale == self.sale


Book.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_book = Book.TestCase
