"""Entries: numbered without a gap, chained by their bytes, never changed afterwards."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.core.journal.book import FIRST, RECORD, SECOND, assert_chain, environment, event, sale, sell, transaction
from tests.core.journal.conftest import Shelf

from kassa.errors import JournalBehind, JournalError, StaleGeneration
from kassa.journal import Journal, chain_hash
from kassa.journal.database import JournalDatabase
from kassa.journal.entry import GENESIS, decode_entry, raw
from kassa.journal.records import NewEntry
from kassa.testing.clock import START


def test_every_entry_takes_the_next_sequence_number(journal: Journal) -> None:
    """Sales and events share one sequence without a gap."""
    for new in (sale(), event(), sale(), event("drawer")):
        journal.append(new, generation=0)
    assert [entry.sequence for entry in journal.entries()] == [1, 2, 3, 4]
    assert journal.series.sequence == 4


def test_only_sales_take_receipt_numbers_and_leave_no_gap(journal: Journal) -> None:
    """Receipt numbers count sales alone, by the record's mask, whatever is journalled between them."""
    kinds = [sale(), event(), event(), sale(), event("void"), sale()]
    numbers = [journal.append(new, generation=0).receipt_number for new in kinds]
    assert numbers == ["S1-R1-1-000001", None, None, "S1-R1-1-000002", None, "S1-R1-1-000003"]


def test_refused_write_takes_no_number(journal: Journal) -> None:
    """An entry that was not written leaves no gap in sequence or receipt numbers."""
    sell(journal)
    with pytest.raises(StaleGeneration):
        journal.append(sale(), generation=7)
    (entry,) = sell(journal)
    assert (entry.sequence, entry.receipt_number) == (2, "S1-R1-1-000002")


def test_entry_says_what_it_is(shelf: Shelf) -> None:
    """An entry's bytes name series, sequence, id, store, register, staff, both clocks and the payload."""
    shelf.clock.advance(3600)
    new = NewEntry("audit", raw({"why": "test"}), staff_id="17", clock_offset_ms=-250)
    stored = shelf.journal.append(new, generation=0)
    body = decode_entry(stored.data)
    assert (body.format, body.series, body.sequence, body.entry_id) == (1, FIRST, 1, stored.entry_id)
    assert (body.store_id, body.register_id, body.staff_id, body.kind) == ("S1", "R1", "17", "audit")
    assert body.at == START + timedelta(hours=1)
    assert body.local_time == "2026-03-02T11:00:00+01:00"
    assert (body.clock_offset_ms, body.clock_set_back, body.training) == (-250, False, False)
    assert msgspec.json.decode(body.payload) == {"why": "test"}


def test_bytes_are_encoded_once(shelf: Shelf) -> None:
    """What was stored is what is read, sent and read again, byte for byte, also after the register has restarted."""
    written = [(entry.data, entry.hash) for entry in sell(shelf.journal, 3)]
    reopened = shelf.reopen()
    assert [(entry.data, entry.hash) for entry in reopened.entries()] == written
    waiting = reopened.undelivered(max_bytes=10**6)
    assert waiting is not None
    assert [(entry.data, entry.hash) for entry in waiting[2]] == written


def test_chain_runs_from_the_genesis_of_the_series(shelf: Shelf) -> None:
    """Each hash is SHA-256 of the one before and the entry's bytes, from 32 zero bytes, over restarts."""
    sell(shelf.journal, 2)
    journal = shelf.reopen()
    sell(journal, 2)
    assert_chain(journal.entries())
    assert journal.series.hash == journal.entries()[-1].hash
    assert chain_hash(GENESIS, journal.entries()[0].data) == journal.entries()[0].hash
    last = journal.verify()
    assert last is not None
    assert last.sequence == 4


def test_new_series_starts_its_own_numbers(journal: Journal) -> None:
    """A new activation counts from 1 in a series of its own; the numbers of the one before are never used again."""
    sell(journal, 2)
    journal.open_series(SECOND, 2, RECORD)
    (entry,) = sell(journal)
    assert (entry.series, entry.sequence, entry.receipt_number) == (SECOND, 1, "S1-R1-2-000001")
    assert entry.hash == chain_hash(GENESIS, entry.data)
    assert [(found.series, found.sequence) for found in journal.entries()] == [(SECOND, 1)]


def test_series_that_is_behind_gives_no_number(shelf: Shelf) -> None:
    """A journal that the store server found to be a copy writes nothing more, until a new series is opened."""
    sell(shelf.journal)
    shelf.journal.stop_series(FIRST, "the server has entry 9")
    journal = shelf.reopen()
    with pytest.raises(JournalBehind):
        journal.append(sale(), generation=0)
    assert journal.series.sequence == 1
    journal.open_series(SECOND, 2, RECORD)
    assert sell(journal)[0].receipt_number == "S1-R1-2-000001"


def test_register_that_was_never_activated_has_no_series(tmp_path: Path) -> None:
    """Before activation there is nothing to number with, and the journal says so."""
    journal = Journal(tmp_path, environment()[0], create=True)
    assert not journal.activated
    with pytest.raises(JournalError, match="not been activated"):
        journal.append(sale(), generation=0)
    journal.close()


def test_clock_set_back_is_flagged_and_order_is_kept(shelf: Shelf) -> None:
    """Order is the sequence's: entries made after the clock was set back say so, until it has caught up."""
    sell(shelf.journal)
    shelf.clock.set_wall_clock(START - timedelta(hours=2))
    sell(shelf.journal)
    assert shelf.journal.clock_set_back
    journal = shelf.reopen()
    shelf.clock.set_wall_clock(START - timedelta(hours=1))
    sell(journal)
    shelf.clock.set_wall_clock(START + timedelta(minutes=1))
    sell(journal)
    assert not journal.clock_set_back
    flags = [decode_entry(entry.data).clock_set_back for entry in journal.entries()]
    assert flags == [False, True, True, False]
    assert_chain(journal.entries())


def test_second_writer_waits_for_the_first(shelf: Shelf) -> None:
    """A lane that writes just as another has finished its write takes the next number, not the same one."""
    wrote, numbered = threading.Event(), shelf.journal._advance
    second = threading.Thread(target=lambda: (sell(shelf.journal), wrote.set()))

    def slowly(*args: Any) -> None:
        if not second.ident:
            second.start()
            assert not wrote.wait(0.1)
        numbered(*args)

    shelf.journal._advance = slowly  # type: ignore[method-assign]
    sell(shelf.journal)
    second.join()
    assert wrote.is_set()
    assert [entry.sequence for entry in shelf.journal.entries()] == [1, 2]
    assert shelf.journal.waiting.count == 2


def test_writers_on_several_threads_share_one_chain(journal: Journal) -> None:
    """Lanes and delivery write beside each other: no number twice, none skipped, and what waits is counted right."""
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(15):
                sell(journal)
                journal.append(event(), generation=0)
        except BaseException as error:
            failures.append(error)

    def acknowledge() -> None:
        try:
            for sequence in range(1, 60, 3):
                journal.acknowledge(FIRST, sequence)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=target) for target in (write, write, write, acknowledge)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert_chain(journal.entries())
    assert journal.series.sequence == 90
    assert journal.series.receipts == 45
    journal.acknowledge(FIRST, 40)
    left = [entry for entry in journal.entries() if entry.sequence > journal.series.acknowledged]
    assert journal.waiting.entries == len(left)
    assert journal.waiting.count == sum(entry.kind == "sale" for entry in left)


def test_finishing_ends_the_sale_in_the_same_write(shelf: Shelf) -> None:
    """The sale leaves the till in the transaction that journals it: never both, never neither."""
    moments: list[tuple[str, str]] = []
    journal = shelf.reopen(on_write=lambda when, label: moments.append((when, label)))
    journal.save_sale(transaction(), generation=0)
    journal.append(sale(), generation=0, ends_sale=True)
    assert moments[-2:] == [("before", "sale"), ("after", "sale")]
    assert journal.sale is None
    assert shelf.reopen().sale is None


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    """SQLite waits for the disk at every commit of the journal; in WAL mode only ``synchronous=FULL`` does."""
    database = JournalDatabase(tmp_path / "journal.db", create=True)
    with database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    database.close()


def test_only_what_may_be_forgotten_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """A write that is told not to wait for the disk does not, and the next one does again, whether it went well."""
    database = JournalDatabase(tmp_path / "journal.db", create=True)
    with database.writing("acknowledge", durable=False) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    with suppress(RuntimeError), database.writing("acknowledge", durable=False):
        raise RuntimeError
    with database.writing("sale") as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    database.close()
