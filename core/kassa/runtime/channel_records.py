"""Rows of the channel (or offline) database as handlers read and write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Table, and_, or_, select

from kassa.runtime.request import Row
from kassa.schema.master import master

Writer = Callable[[Connection, Table, Row], None]
Remover = Callable[[Connection, Table, str], None]


def table_of(name: str, tables: Mapping[str, Table] = master.tables) -> Table:
    """The table of that name.

    :param tables: master data, and plugins' where there are any.
    :raises LookupError: there is none.
    """
    table = tables.get(name)
    if table is None:
        raise LookupError(f"no table {name!r}")
    return table


def key_of(table: Table) -> str:
    """The name of a table's primary key column (the first, where there are several)."""
    return next(iter(table.primary_key.columns)).name


class ChannelRecords:
    """Records straight on a database connection.

    :param write: how a row is written, None where handlers may only read.
    :param remove: how a row is removed, likewise.
    :param tables: those that handlers may name.
    """

    def __init__(
        self,
        connection: Connection,
        write: Writer | None = None,
        remove: Remover | None = None,
        tables: Mapping[str, Table] = master.tables,
    ) -> None:
        self._connection = connection
        self.tables = tables
        self._write = write
        self._remove = remove

    def get(self, table: str, key: str, *, to_change: bool = False) -> Row | None:
        """The row with that primary key. On PostgreSQL it is locked ``to_change``; SQLite has one writer at a time."""
        target = table_of(table, self.tables)
        statement = select(target).where(target.c[key_of(target)] == key)
        if to_change and self._write is not None:
            statement = statement.with_for_update()
        found = self._connection.execute(statement).mappings().first()
        return None if found is None else dict(found)

    def find(self, table: str, *, limit: int = 50, **equals: Any) -> list[Row]:
        """Rows whose columns equal the given values."""
        target = table_of(table, self.tables)
        wanted = and_(True, *(target.c[name] == value for name, value in equals.items()))
        statement = select(target).where(wanted).order_by(target.c[key_of(target)]).limit(limit)
        return _rows(self._connection.execute(statement))

    def search(self, table: str, columns: tuple[str, ...], words: str, *, limit: int = 50) -> list[Row]:
        """Rows in which every word occurs in one of the columns."""
        target = table_of(table, self.tables)
        every = [
            or_(*(target.c[column].contains(word, autoescape=True) for column in columns)) for word in words.split()
        ]
        statement = select(target).where(and_(True, *every)).order_by(target.c[key_of(target)]).limit(limit)
        return _rows(self._connection.execute(statement))

    def put(self, table: str, row: Row) -> None:
        """Insert or replace."""
        if self._write is None:
            raise TypeError("a query's handler does not write")
        self._write(self._connection, table_of(table, self.tables), row)

    def remove(self, table: str, key: str) -> None:
        """Remove by primary key."""
        if self._remove is None:
            raise TypeError("a query's handler does not write")
        self._remove(self._connection, table_of(table, self.tables), key)

    def select(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a select."""
        return _rows(self._connection.execute(statement, parameters or {}))


def _rows(result: CursorResult[Any]) -> list[Row]:
    """The rows as dictionaries: half of a look-up's time goes if each is made from its mapping."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]
