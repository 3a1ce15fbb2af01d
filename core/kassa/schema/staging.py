"""Upserts through a temporary table: fill it, UPDATE .. FROM it, INSERT .. WHERE NOT EXISTS. No MERGE.

What SQL Server takes, and every other engine too, so that it is tested where there is no SQL Server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    and_,
    delete,
    exists,
    insert,
    literal_column,
    not_,
    select,
    update,
)

from kassa.schema.columns import Scaled

_TEMPORARY = {"sqlite": "temp", "postgresql": "pg_temp", "mssql": "tempdb.dbo"}
"""The schema of temporary tables. Named, so that it stays where statements are compiled for a schema of their own."""
_LARGEST_ROWS = 1000
_LARGEST_PARAMETERS = 2000


class Stage:
    """A temporary table with some of a table's columns, its key among them.

    :param raw: rows come as they stand in the database: scaled values as whole numbers.
    """

    def __init__(self, connection: Connection, table: Table, columns: Sequence[str], *, raw: bool = False) -> None:
        self._connection = connection
        self._table = table
        self._key = [column.name for column in table.primary_key.columns]
        self._others = [name for name in columns if name not in self._key]
        self._stage = self._make(columns, raw)
        self._rows = self._stage.alias("staged")
        self._stage.create(connection)

    def _make(self, columns: Sequence[str], raw: bool) -> Table:
        dialect = self._connection.dialect.name
        made = []
        for column in (self._table.c[wanted] for wanted in columns):
            plain = BigInteger() if raw and isinstance(column.type, Scaled) else column.type
            made.append(Column(column.name, plain, nullable=True, primary_key=False))
        mark = "#" if dialect == "mssql" else ""
        return Table(f"{mark}kassa_stage_{self._table.name}", MetaData(), *made, schema=_TEMPORARY[dialect])

    def fill(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put rows into it, which all have the same columns."""
        at_once = max(1, min(_LARGEST_ROWS, _LARGEST_PARAMETERS // len(self._stage.columns)))
        for start in range(0, len(rows), at_once):
            self._execute(insert(self._stage).values([dict(row) for row in rows[start : start + at_once]]))

    def upsert(self) -> None:
        """Set the columns of rows that are there, insert the others."""
        self.update()
        self._execute(self.inserts())

    def update(self) -> None:
        """Set the columns of rows that are there."""
        if self._others:
            self._execute(self.updates())

    def delete(self) -> None:
        """Delete the rows that are named."""
        self._execute(delete(self._table).where(exists(select(literal_column("1")).where(self._same()))))

    def updates(self) -> Any:
        """The statement of :meth:`update`."""
        values = {self._table.c[name]: self._rows.c[name] for name in self._others}
        return update(self._table).where(self._same()).values(values)

    def inserts(self) -> Any:
        """The statement that inserts what is not there."""
        there = exists(select(literal_column("1")).select_from(self._table).where(self._same()).correlate(self._rows))
        names = [column.name for column in self._stage.columns]
        return insert(self._table).from_select(names, select(self._rows).where(not_(there)), include_defaults=False)

    def drop(self) -> None:
        """Take it away."""
        self._stage.drop(self._connection)

    def _same(self) -> Any:
        return and_(*(self._table.c[name] == self._rows.c[name] for name in self._key))

    def _execute(self, statement: Any) -> None:
        self._connection.execute(statement)


def staged_upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or set the columns they carry, by primary key, within the caller's transaction."""
    stage = Stage(connection, table, list(rows[0]))
    stage.fill(rows)
    stage.upsert()
    stage.drop()
