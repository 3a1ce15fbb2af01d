"""Journal and channel database, read straight from their files."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.replay.conftest import PlayedDay

from kassa.replay.books import channel_book, file_book, journal_book
from kassa.replay.reconciliation import Reconciliation, reconcile


def outcome(day: PlayedDay, journal: Path, channel: Path) -> Reconciliation:
    """What the books in these files come to."""
    return reconcile(day.invoices, file_book(day.invoices), journal_book(journal), channel_book(channel))


def test_a_run_without_troubles_is_proven(played_day: PlayedDay) -> None:
    """Sale by sale the files of journal and channel database say what the file says."""
    found = outcome(played_day, played_day.journal, played_day.channel)
    assert found.problems == ()
    assert (found.receipts, found.file_total.returns) == (12, 1)
    assert not played_day.played.offline_sales


def test_reading_changes_nothing(played_day: PlayedDay) -> None:
    """The books are opened read only."""
    before = (played_day.journal.read_bytes(), played_day.channel.read_bytes())
    outcome(played_day, played_day.journal, played_day.channel)
    assert (played_day.journal.read_bytes(), played_day.channel.read_bytes()) == before


@pytest.fixture
def spoilt(played_day: PlayedDay, tmp_path: Path) -> Callable[[str, str], Reconciliation]:
    """Runs a statement on a copy of the named book; the outcome then."""

    def spoil(book: str, statement: str) -> Reconciliation:
        journal, channel = tmp_path / "journal.db", tmp_path / "channel.db"
        shutil.copy(played_day.journal, journal)
        shutil.copy(played_day.channel, channel)
        with closing(sqlite3.connect(journal if book == "journal" else channel)) as connection, connection:
            assert connection.execute(statement).rowcount > 0
        return outcome(played_day, journal, channel)

    return spoil


@pytest.mark.parametrize(
    ("book", "statement", "said"),
    [
        ("journal", "DELETE FROM entry WHERE sequence = 3", "series 1: entry 3 is missing"),
        (
            "journal",
            "UPDATE entry SET data = CAST(data || ' ' AS BLOB) WHERE sequence = 3",
            "entry 3 does not continue the chain",
        ),
        ("journal", "DELETE FROM entry WHERE sequence = (SELECT max(sequence) FROM entry)", "does not end where"),
        ("journal", "UPDATE series SET receipts = receipts + 1", "receipt numbers have a gap"),
        ("journal", "UPDATE series SET acknowledged = acknowledged - 2", "2 entries are not delivered"),
        ("journal", "UPDATE series SET stopped = 'copied'", "was stopped: copied"),
        ("journal", "INSERT INTO sale_in_progress VALUES (1, x'7b7d')", "a sale is still in progress"),
        ("channel", "UPDATE sales_transaction SET total = total + 1 WHERE sequence = 3", "different"),
        ("channel", "UPDATE sales_line SET net = net + 1 WHERE line_number = 1", "another amount than its price"),
        ("channel", "UPDATE sales_line SET quantity = quantity * 2 WHERE line_number = 1", "different"),
        ("channel", "UPDATE sales_line SET voided = 1 WHERE line_number = 1", "different"),
        ("channel", "UPDATE sales_tender SET tendered = tendered + 1 WHERE payment_number = 1", "payments"),
        ("channel", "UPDATE sales_transaction SET kind = 'void' WHERE sequence = 3", "lost"),
        ("channel", "UPDATE sales_transaction SET comment = NULL WHERE sequence = 3", "not in the file"),
        ("channel", "UPDATE sales_transaction SET comment = 'Invoice 536365'", "doubled"),
        ("channel", "UPDATE journal_entry SET posting = 'waiting' WHERE sequence = 3", "1 entries are not posted"),
        ("channel", "UPDATE journal_entry SET hash = x'00' WHERE sequence = 3", "other bytes"),
    ],
)
def test_a_file_that_was_tampered_with_is_not_proven(
    spoilt: Callable[[str, str], Reconciliation], book: str, statement: str, said: str
) -> None:
    """Whatever is changed in a book's file shows."""
    assert any(said in problem for problem in spoilt(book, statement).problems)
