"""A damaged journal: said in words, left as it is, and never taken for an empty one."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.core.journal.book import assert_chain, event, sell, transaction
from tests.core.journal.conftest import Shelf

from kassa.environment import Environment
from kassa.errors import JournalDamaged, JournalError, KassaError
from kassa.journal import Journal
from kassa.journal.database import VERSION


def write_some(shelf: Shelf) -> None:
    """A journal with a day's beginning in it, all of it in the one file."""
    sell(shelf.journal, 5)
    shelf.journal.append(event(size=6000), generation=0)
    sell(shelf.journal, 5)
    shelf.journal.save_sale(transaction(), generation=0)
    shelf.journal.close()


def refused(shelf: Shelf) -> KassaError:
    """The error that opening it raises; the file is as it was."""
    before = shelf.path.read_bytes() if shelf.path.exists() else None
    with pytest.raises(JournalDamaged) as caught:
        Journal(shelf.folder, shelf.environment)
    assert (shelf.path.read_bytes() if shelf.path.exists() else None) == before
    assert caught.value.hint is not None
    assert str(shelf.path) in caught.value.where
    return caught.value


def flip(content: bytes, position: int, mask: int = 0x10) -> bytes:
    return content[:position] + bytes([content[position] ^ mask]) + content[position + 1 :]


def test_missing(shelf: Shelf) -> None:
    """A register whose journal is gone does not begin a new one by itself."""
    shelf.journal.close()
    shelf.path.unlink()
    refused(shelf)


def test_empty(shelf: Shelf) -> None:
    """A file cut down to nothing is damage, not a fresh register."""
    write_some(shelf)
    shelf.path.write_bytes(b"")
    refused(shelf)


@pytest.mark.parametrize("position", [0, 16, 100])
def test_flipped_in_the_header(shelf: Shelf, position: int) -> None:
    """A file whose head is no SQLite head any more is damaged."""
    write_some(shelf)
    shelf.path.write_bytes(flip(shelf.path.read_bytes(), position, 0xFF))
    refused(shelf)


def test_flipped_in_an_entry(shelf: Shelf) -> None:
    """One flipped bit in an entry's bytes, which SQLite itself cannot see, breaks the chain and is named."""
    sell(shelf.journal, 5)
    entry = shelf.journal.entries()[2]
    shelf.journal.close()
    content = shelf.path.read_bytes()
    shelf.path.write_bytes(flip(content, content.index(entry.data) + len(entry.data) // 2, 0x01))
    assert "entry 3 of series 1" in refused(shelf).where


def test_flipped_in_an_old_entry_is_found_by_verify(shelf: Shelf) -> None:
    """Entries that were delivered long ago are not read at every start; verifying the whole journal reads them."""
    sell(shelf.journal, 80)
    shelf.journal.acknowledge(shelf.journal.series.series, 80)
    entry = shelf.journal.entries()[2]
    shelf.journal.close()
    content = shelf.path.read_bytes()
    shelf.path.write_bytes(flip(content, content.index(entry.data) + 20, 0x01))
    shelf.journal = Journal(shelf.folder, shelf.environment)
    with pytest.raises(JournalDamaged, match="damaged") as caught:
        shelf.journal.verify()
    assert "entry 3 of series 1" in caught.value.where


@pytest.mark.parametrize("table", ["command", "overlay", "setting", "ix_command_pending"])
def test_overwritten_page(shelf: Shelf, table: str) -> None:
    """A page that something else was written over is found at the start, also where nothing would read it for days."""
    write_some(shelf)
    with closing(sqlite3.connect(shelf.path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(shelf.path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xa5" * size
    shelf.path.write_bytes(content)
    refused(shelf)


@pytest.mark.parametrize("part", [0.25, 0.5, 0.9])
def test_truncated(shelf: Shelf, part: float) -> None:
    """A file cut short is damaged."""
    write_some(shelf)
    content = shelf.path.read_bytes()
    shelf.path.write_bytes(content[: int(len(content) * part)])
    refused(shelf)


CHANGES = {
    "an entry is gone": "DELETE FROM entry WHERE sequence = 4",
    "the last entry is gone": "DELETE FROM entry WHERE sequence = 11",
    "the counter is behind": "UPDATE series SET sequence = 10",
    "the counter is ahead": "UPDATE series SET sequence = 12",
    "an entry was changed": "UPDATE entry SET data = CAST(replace(CAST(data AS TEXT), '49.90', '09.90') AS BLOB)",
    "the last hash was changed": "UPDATE series SET hash = zeroblob(32)",
    "an entry was doubled": "UPDATE entry SET data = (SELECT data FROM entry WHERE sequence = 8) WHERE sequence = 9",
    "the sale in progress is no sale": "UPDATE sale_in_progress SET data = x'7b7d'",
    "the record is no record": "UPDATE setting SET value = '{' WHERE name = 'record'",
    "a time is no time": "UPDATE entry SET at = 'yesterday' WHERE sequence = 11",
    "an amount is no amount": "UPDATE entry SET amount = 'much' WHERE sequence = 11",
    "letters that are none": "UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE sequence = 11",
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_by_hand(shelf: Shelf, change: str) -> None:
    """A journal that somebody has edited does not read back as it was written."""
    write_some(shelf)
    with closing(sqlite3.connect(shelf.path)) as connection, connection:
        assert connection.execute(CHANGES[change]).rowcount != 0
    refused(shelf)


def test_any_flipped_bit_is_an_error_or_harmless(shelf: Shelf) -> None:
    """Wherever a bit flips, opening raises an error made for people, or every waiting entry is as it was written."""
    write_some(shelf)
    whole = shelf.path.read_bytes()
    with closing(Journal(shelf.folder, shelf.environment)) as journal:
        entries = [(entry.sequence, entry.data, entry.hash) for entry in journal.entries()]
    chance = random.Random(917)
    damaged = 0
    for _ in range(300):
        shelf.path.write_bytes(flip(whole, chance.randrange(len(whole)), 1 << chance.randrange(8)))
        try:
            journal = Journal(shelf.folder, shelf.environment)
        except KassaError:
            damaged += 1
            continue
        with closing(journal):
            assert [(entry.sequence, entry.data, entry.hash) for entry in journal.entries()] == entries
            assert_chain(journal.entries())
    assert damaged > 30


def test_newer_version_is_refused_untouched(shelf: Shelf) -> None:
    """A journal that a newer Kassa wrote is neither read nor changed by an older one."""
    write_some(shelf)
    with closing(sqlite3.connect(shelf.path)) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    before = shelf.path.read_bytes()
    with pytest.raises(JournalError, match="newer") as caught:
        Journal(shelf.folder, shelf.environment, create=True)
    assert not isinstance(caught.value, JournalDamaged)
    assert shelf.path.read_bytes() == before


@pytest.mark.parametrize(
    "read",
    [
        Journal.entries,
        Journal.verify,
        pytest.param(lambda journal: journal.undelivered(max_bytes=1), id="undelivered"),
        pytest.param(lambda journal: journal.commands.pending(), id="pending"),
    ],
)
def test_damage_met_while_open_is_said(shelf: Shelf, read: Callable[[Journal], object]) -> None:
    """Damage that comes while the register runs is the same error at the next reading."""
    sell(shelf.journal, 3)
    shelf.reopen()
    with shelf.journal._database.reading() as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_schema SET rootpage = 9999 WHERE name IN ('entry', 'command')")
        connection.execute("PRAGMA writable_schema=RESET")
    with pytest.raises(JournalDamaged):
        read(shelf.journal)


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_file_that_is_taken_away_under_the_register_takes_no_sale(tmp_path: Path, how: str) -> None:
    """A journal whose file is gone from the folder writes nothing more: it would be lost when the register stops."""
    journal = Journal(tmp_path, Environment(), create=True)
    journal.keep_setting("test", "name", "before")
    path = tmp_path / Journal.FILE
    if how == "removed":
        path.unlink()
    else:
        other = tmp_path / "other"
        other.write_bytes(path.read_bytes())
        other.replace(path)
    with pytest.raises(JournalDamaged):
        journal.keep_setting("test", "name", "after")
    assert journal.setting("test", "name") == "before"
    journal.close()
