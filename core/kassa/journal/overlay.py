"""The overlay: rows that this register made, laid over the offline database until the store server's own arrive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from kassa.journal.database import JournalDatabase

if TYPE_CHECKING:
    from kassa.journal.records import StoredEntry


Change = tuple[str, str, dict[str, Any] | None] | tuple[str, str, dict[str, Any] | None, tuple[str, ...]]
"""Table, key, row (None: removed), and for a plugin's row what it was before
(:func:`kassa.runtime.row_digest.digest`)."""


@dataclass(frozen=True)
class OverlayMark:
    """A row of the overlay; ``done``: the store server's answer to its command was seen."""

    table: str
    key: str
    command_id: str
    done: bool


class OverlayBook:
    """The overlay's rows in the journal. A row of None means: removed here."""

    def __init__(self, database: JournalDatabase) -> None:
        self._database = database

    def write(
        self,
        connection: sqlite3.Connection,
        change: Change,
        command_id: str,
        entry: StoredEntry,
        *,
        online: bool,
    ) -> None:
        """Lay one row over the offline database, within the journal's transaction."""
        table, key, row, *more = change
        data = None if row is None else msgspec.json.encode(row)
        bases = msgspec.json.encode(more[0]) if more else None
        connection.execute(
            "INSERT OR REPLACE INTO overlay VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (table, key, data, command_id, entry.series, entry.sequence, int(online), bases),
        )

    def rows(self, table: str) -> dict[str, dict[str, Any] | None]:
        """The rows over a table, by key."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT row_key, data FROM overlay WHERE table_name = ?", (table,)).fetchall()
        return {key: None if data is None else msgspec.json.decode(data) for key, data in found}

    def bases(self, table: str, key: str) -> tuple[str, ...] | None:
        """What a row was before, as whoever wrote it said; None: it was not said, or there is no such row."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT bases FROM overlay WHERE table_name = ? AND row_key = ?", (table, key)
            ).fetchone()
        return None if found is None or found[0] is None else msgspec.json.decode(found[0], type=tuple[str, ...])

    def undelivered(self) -> tuple[bytes, ...]:
        """The contexts of the commands whose rows the store server has not been handed yet, each once."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT DISTINCT command.command_id, command.context FROM overlay JOIN series USING (series)"
                " JOIN command USING (command_id) WHERE online = 0 AND overlay.sequence > series.acknowledged"
            ).fetchall()
        return tuple(context for _command_id, context in found)

    def delivered(self) -> tuple[OverlayMark, ...]:
        """The rows whose command the store server has answered, or has been handed: what is read from it *after* this
        holds them, once it has done them."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT table_name, row_key, command_id, online FROM overlay JOIN series USING (series)"
                " WHERE online = 1 OR overlay.sequence <= series.acknowledged"
            ).fetchall()
        return tuple(OverlayMark(table, key, command, bool(done)) for table, key, command, done in found)

    def waits(self) -> bool:
        """Whether there is a row that the store server has not been handed yet."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM overlay JOIN series USING (series)"
                " WHERE online = 0 AND overlay.sequence > series.acknowledged LIMIT 1"
            ).fetchone()
        return row is not None

    def settle(self, marks: Iterable[OverlayMark]) -> None:
        """Take away rows that have come back from the store server; a later change of the same row stays."""
        with self._database.writing("settle_overlay") as connection:
            connection.executemany(
                "DELETE FROM overlay WHERE table_name = ? AND row_key = ? AND command_id = ?",
                [(mark.table, mark.key, mark.command_id) for mark in marks],
            )
