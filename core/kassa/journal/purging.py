"""Purging the journal: entries that the store server has acknowledged and that are old enough go, from the oldest on.

What is left begins with an *anchor*: the number and the hash of the last entry that went, so that the chain is verified
from there, and what went is counted on in sales and amount. Counters are the series' own and stay as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kassa.journal.database import JournalDatabase
from kassa.journal.entry import GENESIS
from kassa.journal.records import SALE_KINDS

ALWAYS_KEPT = 50
"""Entries of the open series that stay, however old: what is verified at each start."""
AT_ONCE = 200
"""Entries that go in one transaction; a sale never waits for more than that."""
PAGES_AT_ONCE = 200
"""Pages of the file that are given back to the disk after each."""


@dataclass(frozen=True)
class Anchor:
    """Where a series begins in this journal: nothing up to ``sequence`` is kept, whose hash was ``hash``.

    :param sales: how many sales and returns have gone; ``amount``: their total.
    """

    sequence: int = 0
    hash: bytes = GENESIS
    sales: int = 0
    amount: Decimal = Decimal(0)


class PurgeBook:
    """Takes entries out of the journal's file and keeps the anchors."""

    def __init__(self, database: JournalDatabase) -> None:
        self._database = database

    def anchor(self, series: str) -> Anchor:
        """Where a series begins."""
        with self._database.reading() as connection:
            return _anchor(connection, series)

    def purge(self, before: datetime, *, keep_from: int | None = None) -> int:
        """Take out at most :data:`AT_ONCE` entries that were made before a time, in one transaction; how many. 0:
        there are none left.

        Only what is acknowledged goes, oldest first, and nothing of a series that was stopped; of the open series the
        last :data:`ALWAYS_KEPT` stay, and everything from the first entry on whose command's rows lie over the offline
        database still. A sale in progress, commands without an answer and all counters are not touched.

        :param before: aware; by a clock that can be believed.
        :param keep_from: of the open series, nothing from this entry on: an open shift's first.
        :raises kassa.errors.JournalNotWritten: the disk is full; nothing has gone.
        """
        with self._database.reading() as connection:
            found = (_choose(connection, one, before, keep_from) for one in _series(connection))
            chosen = next((one for one in found if one is not None), None)
        if chosen is None:
            return 0
        series, entries = chosen
        with self._database.writing("purge") as connection:
            _take_out(connection, series, entries, before)
        with self._database.reading() as connection:
            # As a script, which is stepped to its end: the statement gives a row without columns for each page.
            connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE});")
        return len(entries)


@dataclass(frozen=True)
class _Old:
    sequence: int
    hash: bytes
    kind: str
    amount: str | None


def _series(connection: sqlite3.Connection) -> Iterable[tuple[str, int, int, bool]]:
    return connection.execute(
        "SELECT series, sequence, acknowledged, open FROM series WHERE stopped IS NULL ORDER BY number"
    ).fetchall()


def _choose(
    connection: sqlite3.Connection, one: tuple[str, int, int, bool], before: datetime, keep_from: int | None
) -> tuple[str, list[_Old]] | None:
    series, sequence, acknowledged, is_open = one
    (laid_over,) = connection.execute("SELECT min(sequence) FROM overlay WHERE series = ?", (series,)).fetchone()
    last = acknowledged if laid_over is None else min(acknowledged, laid_over - 1)
    if is_open:
        last = min(last, sequence - ALWAYS_KEPT, last if keep_from is None else keep_from - 1)
    first = _anchor(connection, series).sequence
    rows = connection.execute(
        "SELECT sequence, hash, kind, amount, at FROM entry WHERE series = ? AND sequence > ? AND sequence <= ?"
        " ORDER BY sequence LIMIT ?",
        (series, first, last, AT_ONCE),
    )
    old: list[_Old] = []
    for number, digest, kind, amount, at in rows.fetchall():
        if datetime.fromisoformat(at) >= before:
            break
        old.append(_Old(number, digest, kind, amount))
    return (series, old) if old else None


def _take_out(connection: sqlite3.Connection, series: str, entries: list[_Old], before: datetime) -> None:
    known = _anchor(connection, series)
    sold = [Decimal(entry.amount or 0) for entry in entries if entry.kind in SALE_KINDS]
    connection.execute(
        "DELETE FROM entry WHERE series = ? AND sequence > ? AND sequence <= ?",
        (series, known.sequence, entries[-1].sequence),
    )
    connection.execute(
        "INSERT OR REPLACE INTO purged VALUES (?, ?, ?, ?, ?)",
        (series, entries[-1].sequence, entries[-1].hash, known.sales + len(sold), str(sum(sold, known.amount))),
    )
    # An id of a command begins with its time (UUIDv7), in milliseconds.
    made_before = f"{int(before.timestamp() * 1000):012x}"
    connection.execute(
        "DELETE FROM command WHERE state IN ('answered', 'refused') AND command_id < ?"
        " AND command_id NOT IN (SELECT command_id FROM overlay)",
        (made_before,),
    )


def _anchor(connection: sqlite3.Connection, series: str) -> Anchor:
    row = connection.execute("SELECT sequence, hash, sales, amount FROM purged WHERE series = ?", (series,)).fetchone()
    return Anchor() if row is None else Anchor(row[0], row[1], row[2], Decimal(row[3]))
