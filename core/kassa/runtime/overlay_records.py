"""Rows as a handler in the register sees them: the offline database, with the register's own rows laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal.overlay import OverlayBook
from kassa.runtime.channel_records import ChannelRecords, key_of, table_of
from kassa.runtime.request import Row

Change = tuple[str, str, dict[str, Any] | None]


class OverlayRecords:
    """Records of a register.

    :param base: the offline database; or the error that says why there is none. Then the register's own rows are all
        there is, and whatever needs more raises that error.
    :param writable: a command's handler; its changes are gathered in :attr:`changes` for the journal to keep.
    """

    def __init__(
        self, base: ChannelRecords | OfflineDatabaseUnavailable, overlay: OverlayBook, *, writable: bool
    ) -> None:
        self._base = base
        self._overlay = overlay
        self._writable = writable
        self.changes: list[Change] = []

    def _over(self, table: str) -> dict[str, dict[str, Any] | None]:
        rows = self._overlay.rows(table)
        rows.update({key: row for name, key, row in self.changes if name == table})
        return rows

    def get(self, table: str, key: str, *, to_change: bool = False) -> Row | None:
        """The row with that primary key."""
        over = self._over(table)
        if key in over:
            return over[key]
        return self._needed_base().get(table, key)

    def find(self, table: str, *, limit: int = 50, **equals: Any) -> list[Row]:
        """Rows whose columns equal the given values, the register's own among them."""
        over = self._over(table)
        base = [] if self._absent(over) else self._needed_base().find(table, limit=limit + len(over), **equals)
        own: list[Row] = [
            row for row in over.values() if row is not None and all(row[k] == v for k, v in equals.items())
        ]
        return self._merge(table, base, own, over, limit)

    def search(self, table: str, columns: tuple[str, ...], words: str, *, limit: int = 50) -> list[Row]:
        """Rows in which every word occurs, the register's own among them."""
        over = self._over(table)
        base = [] if self._absent(over) else self._needed_base().search(table, columns, words, limit=limit + len(over))
        own: list[Row] = [row for row in over.values() if row is not None and _has_words(row, columns, words)]
        return self._merge(table, base, own, over, limit)

    def put(self, table: str, row: Row) -> None:
        """Insert or replace, in the journal's overlay."""
        self._write(table, str(row[key_of(table_of(table))]), dict(row))

    def remove(self, table: str, key: str) -> None:
        """Remove, in the journal's overlay."""
        self._write(table, key, None)

    def _write(self, table: str, key: str, row: dict[str, Any] | None) -> None:
        if not self._writable:
            raise TypeError("a query's handler does not write")
        self.changes.append((table, key, row))

    def select(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a select on the offline database alone."""
        return self._needed_base().select(statement, parameters)

    def _absent(self, over: Mapping[str, Any]) -> bool:
        return bool(over) and isinstance(self._base, OfflineDatabaseUnavailable)

    def _needed_base(self) -> ChannelRecords:
        if isinstance(self._base, OfflineDatabaseUnavailable):
            raise self._base
        return self._base

    @staticmethod
    def _merge(table: str, base: list[Row], own: list[Row], over: Mapping[str, Any], limit: int) -> list[Row]:
        key = key_of(table_of(table))
        rows = [row for row in base if str(row[key]) not in over] + list(own)
        return sorted(rows, key=lambda row: str(row[key]))[:limit]


def _has_words(row: Row, columns: tuple[str, ...], words: str) -> bool:
    return all(any(word in str(row.get(column) or "") for column in columns) for word in words.split())
