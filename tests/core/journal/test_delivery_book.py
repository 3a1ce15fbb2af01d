"""What waits for delivery: in sequence, by bytes, the oldest series first, and counted right."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.core.journal.book import FIRST, RECORD, SECOND, assert_chain, event, sale, sell
from tests.core.journal.conftest import Shelf

from kassa.journal import Journal
from kassa.journal.entry import GENESIS
from kassa.testing.clock import START


def batch(journal: Journal, max_bytes: int = 10**9) -> tuple[str, list[int]] | None:
    """The series and sequence numbers of the next batch."""
    found = journal.undelivered(max_bytes=max_bytes)
    return None if found is None else (found[0].series, [entry.sequence for entry in found[2]])


def test_nothing_waits(journal: Journal) -> None:
    """Without entries, or with all of them acknowledged, there is nothing to deliver."""
    assert batch(journal) is None
    sell(journal, 2)
    journal.acknowledge(FIRST, 2)
    assert batch(journal) is None
    assert journal.waiting.entries == 0


def test_batch_goes_on_after_the_acknowledged(journal: Journal) -> None:
    """A batch begins with the first entry that is not acknowledged, and says the hash before it."""
    entries = sell(journal, 5)
    first = journal.undelivered(max_bytes=10**9)
    assert first is not None
    assert first[1] == GENESIS
    journal.acknowledge(FIRST, 3)
    found = journal.undelivered(max_bytes=10**9)
    assert found is not None
    series, previous, waiting = found
    assert (series.acknowledged, previous) == (3, entries[2].hash)
    assert_chain(waiting, previous, first=4)


def test_batch_is_bounded_by_bytes(journal: Journal) -> None:
    """A batch holds as many whole entries as fit in its bytes, in sequence."""
    sizes = [len(journal.append(event(size=1000), generation=0).data) for _ in range(4)]
    assert batch(journal, sum(sizes[:2])) == (FIRST, [1, 2])
    assert batch(journal, sum(sizes[:2]) - 1) == (FIRST, [1])
    assert batch(journal, sum(sizes)) == (FIRST, [1, 2, 3, 4])


def test_large_entry_goes_alone(journal: Journal) -> None:
    """An entry larger than a batch is sent by itself: it never blocks what comes after it."""
    journal.append(event(size=5000), generation=0)
    sell(journal)
    assert batch(journal, 100) == (FIRST, [1])
    journal.acknowledge(FIRST, 1)
    assert batch(journal, 10**4) == (FIRST, [2])


def test_acknowledgement_never_goes_beyond_the_last_entry(journal: Journal) -> None:
    """What the store server says it has, beyond what was written, does not let a later entry go undelivered."""
    sell(journal, 2)
    journal.acknowledge(FIRST, 99)
    assert journal.series.acknowledged == 2
    sell(journal)
    assert batch(journal) == (FIRST, [3])


def test_acknowledgement_never_goes_back(journal: Journal) -> None:
    """An old acknowledgement that comes late changes nothing."""
    sell(journal, 3)
    journal.acknowledge(FIRST, 3)
    journal.acknowledge(FIRST, 1)
    assert journal.series.acknowledged == 3
    assert batch(journal) is None


def test_acknowledgement_of_a_strange_series_is_nothing(journal: Journal) -> None:
    """An acknowledgement names its series; for one that is not here nothing happens."""
    sell(journal)
    journal.acknowledge(SECOND, 1)
    assert batch(journal) == (FIRST, [1])


def test_old_series_is_delivered_first(shelf: Shelf) -> None:
    """After a new activation, what still waits in the series before goes first, under its own name."""
    sell(shelf.journal, 2)
    shelf.journal.open_series(SECOND, 2, RECORD)
    sell(shelf.journal, 1)
    journal = shelf.reopen()
    assert journal.waiting.count == 3
    assert batch(journal) == (FIRST, [1, 2])
    journal.acknowledge(FIRST, 2)
    assert batch(journal) == (SECOND, [1])
    journal.acknowledge(SECOND, 1)
    assert batch(journal) is None
    assert journal.waiting.count == 0


def test_stopped_series_is_handed_over_too(shelf: Shelf) -> None:
    """A series that the store server knows otherwise is still offered, to be kept beside what it has."""
    sell(shelf.journal, 2)
    shelf.journal.stop_series(FIRST, "conflict")
    journal = shelf.reopen()
    found = journal.undelivered(max_bytes=10**9)
    assert found is not None
    assert (found[0].series, found[0].stopped) == (FIRST, "conflict")
    journal.acknowledge(FIRST, 2)
    assert journal.waiting.count == 0


def test_series_can_be_passed_over(journal: Journal) -> None:
    """A series that is refused for now lets the next ones pass."""
    sell(journal, 2)
    journal.open_series(SECOND, 2, RECORD)
    sell(journal)
    assert batch(journal) == (FIRST, [1, 2])
    found = journal.undelivered(max_bytes=10**9, without={FIRST})
    assert found is not None
    assert found[0].series == SECOND
    assert journal.undelivered(max_bytes=10**9, without={FIRST, SECOND}) is None


def test_store_server_that_was_restored_gets_its_entries_again(shelf: Shelf) -> None:
    """What the store server has lost waits again, if what it has left is this journal's own."""
    entries = sell(shelf.journal, 4)
    shelf.journal.acknowledge(FIRST, 4)
    assert not shelf.journal.go_back(FIRST, 2, entries[2].hash)
    assert batch(shelf.journal) is None
    assert shelf.journal.go_back(FIRST, 2, entries[1].hash)
    journal = shelf.reopen()
    assert batch(journal) == (FIRST, [3, 4])
    assert journal.waiting.count == 2
    assert journal.go_back(FIRST, 0, GENESIS)
    assert batch(journal) == (FIRST, [1, 2, 3, 4])


def test_waiting_counts_sales_and_their_amounts(shelf: Shelf) -> None:
    """Sales and returns are counted with their amounts and the oldest one's time; events only as entries."""
    journal = shelf.journal
    journal.append(event(), generation=0)
    shelf.clock.advance(60)
    journal.append(sale("100.00"), generation=0)
    shelf.clock.advance(60)
    journal.append(sale("-30.50"), generation=0)
    for each in (journal, shelf.reopen()):
        waiting = each.waiting
        assert (waiting.count, waiting.amount, waiting.entries) == (2, Decimal("69.50"), 3)
        assert waiting.oldest is not None
        assert (waiting.oldest - START).total_seconds() == 60
    shelf.journal.acknowledge(FIRST, 2)
    assert (shelf.journal.waiting.count, shelf.journal.waiting.amount) == (1, Decimal("-30.50"))


@pytest.mark.parametrize("batches", [(1, 2, 4), (3, 3), (6,), (2, 9)])
def test_waiting_is_counted_down_as_it_would_be_counted_anew(shelf: Shelf, batches: tuple[int, ...]) -> None:
    """After each acknowledgement, over two series, what waits is what a journal that is opened then would count."""
    for series in (FIRST, SECOND):
        if series == SECOND:
            shelf.journal.open_series(SECOND, 2, RECORD)
        for amount in ("10.00", "-2.50", "7.00"):
            shelf.clock.advance(60)
            shelf.journal.append(event(), generation=0)
            shelf.journal.append(sale(amount), generation=0)
        for sequence in batches:
            shelf.journal.acknowledge(FIRST, sequence)
            counted_down = shelf.journal.waiting
            assert shelf.reopen().waiting == counted_down


@pytest.mark.parametrize("reopened", [False, True])
def test_sale_without_an_amount_can_be_counted(shelf: Shelf, reopened: bool) -> None:
    """An entry that calls itself a sale and has no amount harms no count, now or after a restart."""
    shelf.journal.append(event("sale"), generation=0)
    journal = shelf.reopen() if reopened else shelf.journal
    assert (journal.waiting.count, journal.waiting.amount) == (1, 0)
