"""Rows as a handler in the register sees them: the offline database, with the register's own rows laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal.overlay import Change, OverlayBook
from kassa.packages.tables import packaged_columns
from kassa.runtime.channel_records import ChannelRecords, key_of, table_of
from kassa.runtime.request import Row
from kassa.runtime.row_digest import digest
from kassa.schema.columns import Scaled, UtcDateTime
from kassa.schema.master import master
from kassa.schema.plugin_tables import DECLARATION


class OverlayRecords:
    """Records of a register.

    :param base: the offline database; or the error that says why there is none. Then the register's own rows are all
        there is, and whatever needs more raises that error.
    :param writable: a command's handler; its changes are gathered in :attr:`changes` for the journal to keep.
    :param tables: those that handlers may name.
    """

    def __init__(
        self,
        base: ChannelRecords | OfflineDatabaseUnavailable,
        overlay: OverlayBook,
        *,
        writable: bool,
        tables: Mapping[str, Table] = master.tables,
    ) -> None:
        self._tables = tables
        self._base = base
        self._overlay = overlay
        self._writable = writable
        self.changes: list[Change] = []

    def _over(self, table: str) -> dict[str, dict[str, Any] | None]:
        rows = rows_over(self._overlay, table_of(table, self._tables))
        rows.update({change[1]: change[2] for change in self.changes if change[0] == table})
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
        target = table_of(table, self._tables)
        key = str(row[key_of(target)])
        self._write(table, key, self._whole(target, key, row) if DECLARATION in target.info else dict(row))

    def remove(self, table: str, key: str) -> None:
        """Remove, in the journal's overlay."""
        self._write(table, key, None)

    def _write(self, table: str, key: str, row: dict[str, Any] | None) -> None:
        if not self._writable:
            raise TypeError("a query's handler does not write")
        target = table_of(table, self._tables)
        if DECLARATION in target.info:
            self.changes.append((table, key, row, self._bases(target, key)))
        else:
            self.changes.append((table, key, row))

    def _whole(self, table: Table, key: str, row: Row) -> dict[str, Any]:
        """A plugin's row as the store server makes it of what is put; without what is the channel database's only."""
        known = self._over(str(table.name)).get(key) or self._in_base(table, key) or {}
        columns = [str(column.name) for column in packaged_columns(table, "offline")]
        return {name: row.get(name, known.get(name)) for name in columns}

    def _bases(self, table: Table, key: str) -> tuple[str, ...]:
        """What the offline database may hold of a row before what is written now has come back."""
        name = str(table.name)
        before = {*(self._overlay.bases(name, key) or ()), digest(table, self._in_base(table, key))}
        over = rows_over(self._overlay, table)
        if key in over:
            before.add(digest(table, over[key]))
        return tuple(sorted(before))

    def _in_base(self, table: Table, key: str) -> Row | None:
        return None if isinstance(self._base, OfflineDatabaseUnavailable) else self._base.get(str(table.name), key)

    def select(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a select on the offline database alone."""
        return self._needed_base().select(statement, parameters)

    def _absent(self, over: Mapping[str, Any]) -> bool:
        return bool(over) and isinstance(self._base, OfflineDatabaseUnavailable)

    def _needed_base(self) -> ChannelRecords:
        if isinstance(self._base, OfflineDatabaseUnavailable):
            raise self._base
        return self._base

    def _merge(self, table: str, base: list[Row], own: list[Row], over: Mapping[str, Any], limit: int) -> list[Row]:
        key = key_of(table_of(table, self._tables))
        rows = [row for row in base if str(row[key]) not in over] + list(own)
        return sorted(rows, key=lambda row: str(row[key]))[:limit]


def rows_over(overlay: OverlayBook, table: Table) -> dict[str, dict[str, Any] | None]:
    """The overlay's rows of a table with the types that its columns have: the journal keeps them as JSON."""
    return {
        key: None if row is None else {name: _typed(table, name, value) for name, value in row.items()}
        for key, row in overlay.rows(str(table.name)).items()
    }


def _typed(table: Table, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    kind = table.c[name].type
    if isinstance(kind, Scaled):
        return Decimal(value)
    return datetime.fromisoformat(value) if isinstance(kind, UtcDateTime) else value


def _has_words(row: Row, columns: tuple[str, ...], words: str) -> bool:
    return all(any(word in str(row.get(column) or "") for column in columns) for word in words.split())
