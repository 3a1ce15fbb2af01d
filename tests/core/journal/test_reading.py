"""Reading the journal back: by kind, by place, by receipt number, in whatever series."""

from __future__ import annotations

import pytest
from tests.core.journal.book import FIRST, RECORD, SECOND, event, sell
from tests.core.journal.conftest import Shelf

from kassa.errors import JournalDamaged
from kassa.journal import Journal


def test_entries_of_a_kind_between_two_places(journal: Journal) -> None:
    """Kinds, bounds, order and limit together: the newest two sales below the last one are the second and third."""
    sell(journal, 3)
    journal.append(event(), generation=0)
    sell(journal, 1)
    read = journal.reader.entries
    assert [entry.sequence for entry in read()] == [1, 2, 3, 4, 5]
    assert [entry.sequence for entry in read(kinds=("sale",), before=5, newest_first=True, limit=2)] == [3, 2]
    assert [entry.kind for entry in read(after=3)] == [event().kind, "sale"]


def test_entries_that_contain_a_text(shelf: Shelf) -> None:
    """Only those are read back: one beside them that does not read is not even looked at."""
    first, second = sell(shelf.journal, 2)
    with shelf.journal._database.writing("test") as connection:
        connection.execute("UPDATE entry SET data = x'7b' WHERE entry_id = ?", (first.entry_id,))
    read = shelf.journal.reader.entries
    assert [entry.entry_id for entry in read(containing=f'"{second.entry_id}"')] == [second.entry_id]
    assert read(containing="Å'%_ is in none") == []
    assert read(containing=first.entry_id) == []


def test_an_entry_is_found_by_its_receipt_number_or_id_in_whatever_series(journal: Journal) -> None:
    """A receipt of the series before the register was activated again is found by its number; reading goes by the
    open series unless another is named."""
    (old,) = sell(journal, 1)
    journal.open_series(SECOND, 2, RECORD)
    (new,) = sell(journal, 1)
    found = journal.reader.find(receipt_number=old.receipt_number)
    assert found is not None
    assert found.entry_id == old.entry_id
    assert journal.reader.find(entry_id=new.entry_id) is not None
    assert journal.reader.find(receipt_number="S1-T1-9-000001") is None
    assert [entry.entry_id for entry in journal.reader.entries()] == [new.entry_id]
    assert [entry.entry_id for entry in journal.reader.entries(series=FIRST)] == [old.entry_id]


def test_an_entry_that_does_not_read_is_damage(shelf: Shelf) -> None:
    """A broken entry is never left out in silence: whoever reads hears of it."""
    sell(shelf.journal, 1)
    with shelf.journal._database.writing("test") as connection:
        connection.execute("UPDATE entry SET data = x'7b'")
    with pytest.raises(JournalDamaged):
        shelf.journal.reader.entries()
