"""Purging: only what is acknowledged and old enough goes; the chain, the counters and what waits stay."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.core.journal.book import FIRST, RECORD, SECOND, assert_chain, environment, event, sale, sell, transaction
from tests.core.journal.conftest import Shelf

from kassa.errors import JournalDamaged
from kassa.journal import Journal
from kassa.journal.purging import ALWAYS_KEPT, AT_ONCE
from kassa.testing.clock import START

OWN, OTHER = f"{1:032x}", f"{2:032x}"
"""Ids of commands, made long ago."""
LATER = START + timedelta(days=1)
"""After everything that these journals hold."""


def purge(journal: Journal, **more: int) -> int:
    """Until nothing goes any more; how many went."""
    gone = 0
    while part := journal.purge(LATER, **more):
        assert part <= AT_ONCE
        gone += part
    return gone


def test_only_what_is_acknowledged_goes(journal: Journal) -> None:
    """However late it is by the clock, nothing goes that the store server has not acknowledged."""
    sell(journal, 100)
    assert purge(journal) == 0
    journal.acknowledge(FIRST, 30)
    assert purge(journal) == 30
    assert [entry.sequence for entry in journal.entries()] == list(range(31, 101))
    assert journal.waiting.count == 70


def test_only_what_is_old_enough_goes(journal: Journal) -> None:
    """What was made after the time that is named stays, and so does everything that comes after it."""
    sell(journal, 100)
    journal.acknowledge(FIRST, 100)
    assert journal.purge(START) == 0
    assert len(journal.entries()) == 100


def test_chain_and_counters_go_on(shelf: Shelf) -> None:
    """After purging, and after the next start, the chain is verified from where it was cut, numbers go on, and what
    went is counted."""
    journal = shelf.journal
    entries = sell(journal, 2 * AT_ONCE + 100)
    journal.acknowledge(FIRST, len(entries))
    gone = purge(journal)
    assert gone == len(entries) - ALWAYS_KEPT
    anchor = journal.anchor()
    assert (anchor.sequence, anchor.hash, anchor.sales) == (gone, entries[gone - 1].hash, gone)
    assert anchor.amount == gone * Decimal("49.90")
    again = shelf.reopen()
    again.verify()
    (fresh,) = sell(again)
    assert (fresh.sequence, fresh.receipt_number) == (len(entries) + 1, f"S1-R1-1-{len(entries) + 1:06}")
    assert_chain(again.entries(), anchor.hash, first=gone + 1)
    found = again.undelivered(max_bytes=10**9)
    assert found is not None
    assert found[1] == entries[-1].hash


def test_purged_to_the_end_of_what_is_acknowledged(journal: Journal) -> None:
    """The hash before the first entry that waits is known even if the entry before it has gone."""
    entries = sell(journal, ALWAYS_KEPT + 10)
    journal.acknowledge(FIRST, 10)
    assert purge(journal) == 10
    found = journal.undelivered(max_bytes=10**9)
    assert found is not None
    assert (found[1], found[2][0].sequence) == (entries[9].hash, 11)
    assert not journal.is_behind(FIRST, 10, entries[9].hash)
    assert journal.is_behind(FIRST, 10, b"another")


def test_altered_entry_is_found_after_purging(shelf: Shelf) -> None:
    """The entry after the cut must follow from the one that went: an altered one is found at the next start."""
    journal = shelf.journal
    sell(journal, ALWAYS_KEPT + 10)
    journal.acknowledge(FIRST, ALWAYS_KEPT + 10)
    purge(journal)
    with journal._database.writing("test") as connection:
        connection.execute(
            "UPDATE entry SET data = CAST(replace(CAST(data AS TEXT), '49.90', '4.990') AS BLOB) WHERE sequence = 11"
        )
    with pytest.raises(JournalDamaged):
        shelf.reopen()


def test_older_series_go_whole_and_a_stopped_one_stays(journal: Journal) -> None:
    """A series that is over goes to its last entry; one that was stopped is evidence, and stays."""
    sell(journal, 10)
    journal.acknowledge(FIRST, 10)
    journal.open_series(SECOND, 2, RECORD)
    sell(journal, 3)
    journal.stop_series(FIRST, "a copy")
    assert purge(journal) == 0
    with journal._database.writing("test") as connection:
        connection.execute("UPDATE series SET stopped = NULL")
    assert purge(journal) == 10
    assert journal.anchor(FIRST).sequence == 10
    assert journal.undelivered(max_bytes=10**9) is not None


def test_what_lies_over_the_offline_database_stays(journal: Journal) -> None:
    """The entry of a command whose rows have not come back stays, with everything after it; so does its answer, and a
    command without one."""
    sell(journal, 5)
    journal.commands.record(OWN, "customer.add", b"{}", b"{}", generation=0)
    row = ("customer", "K1", {"name": "Bo"})
    journal.answer_command(OWN, b"{}", event("command"), generation=0, online=False, overlay=[row])
    journal.commands.record(OTHER, "customer.add", b"{}", b"{}", generation=0)
    sell(journal, ALWAYS_KEPT)
    journal.acknowledge(FIRST, journal.series.sequence)
    assert purge(journal) == 5
    assert journal.commands.answer_to(OWN) == b"{}"
    journal.overlay.settle(journal.overlay.delivered())
    assert purge(journal) == 1
    assert journal.commands.answer_to(OWN) is None
    assert [command.command_id for command in journal.commands.pending()] == [OTHER]


def test_open_shift_and_sale_in_progress_stay(journal: Journal) -> None:
    """Nothing goes from the entry on that is named (an open shift's first), and a sale in progress is as it was."""
    sell(journal, ALWAYS_KEPT + 20)
    journal.acknowledge(FIRST, ALWAYS_KEPT + 20)
    begun = transaction()
    journal.save_sale(begun, generation=0)
    assert purge(journal, keep_from=8) == 7
    assert journal.sale == begun


def test_file_gets_smaller(journal: Journal, tmp_path: Path) -> None:
    """What is purged is given back to the disk, bit by bit."""
    for _time in range(400):
        journal.append(event(size=5000), generation=0)
    journal.acknowledge(FIRST, 400)
    with journal._database.reading() as connection:
        before = connection.execute("PRAGMA page_count").fetchone()[0]
        purge(journal)
        after = connection.execute("PRAGMA page_count").fetchone()[0]
    assert after < before * 0.6


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_purging(tmp_path: Path, moment: str) -> None:
    """Killed in the middle of purging, before a commit or after it: the chain is whole, nothing that waits has gone,
    and purging goes on."""
    made, _clock = environment()
    journal = Journal(tmp_path, made, create=True)
    journal.open_series(FIRST, 1, RECORD)
    sell(journal, 3 * AT_ONCE)
    journal.acknowledge(FIRST, 2 * AT_ONCE + 100)
    journal.close()
    child = os.fork()
    if child == 0:
        _purge_and_die(tmp_path, moment)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == 9
    again = Journal(tmp_path, made)
    again.verify()
    assert again.anchor().sequence == (AT_ONCE if moment == "before" else 2 * AT_ONCE)
    assert again.waiting.count == AT_ONCE - 100
    left = 2 * AT_ONCE + 100 - again.anchor().sequence
    assert purge(again) == left
    again.append(sale(), generation=0)
    again.close()


def _purge_and_die(folder: Path, moment: str) -> None:
    left = [2]

    def plug(now: str, label: str) -> None:
        if (now, label) == (moment, "purge"):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), 9)

    purge(Journal(folder, environment()[0], on_write=plug))
    os._exit(0)
