"""Rows into PostgreSQL by COPY (measured: half the time of ``executemany``).

A snapshot is copied straight into its empty table. Batches of one shape that follow each other are gathered in a
temporary table and go on from there in one statement.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, Table

from kassa.packages.manifest import Batch
from kassa.packages.tables import key_names
from kassa.packages.writers import batch_rows, column_order
from kassa.schema.copying import told_as_sqlalchemy

_STAGE = "kassa_stage"


class _NotWanted(Exception):
    """Ends a COPY without its rows."""


class _Shape(NamedTuple):
    table: Table
    action: str
    columns: tuple[str, ...]


class CopyWriter:
    """Gathers what can be written together. A COPY stays open from batch to batch, so that PostgreSQL writes one while
    the next is decoded; nothing else can be asked of the connection before :meth:`finish`."""

    def __init__(self, connection: Connection, *, into_nothing: bool) -> None:
        self._connection = connection
        self._into_nothing = into_nothing
        self._shape: _Shape | None = None
        self._copying = ExitStack()
        self._copy: Any = None

    def write(self, table: Table, batch: Batch) -> None:
        """Copy a batch in, or beside."""
        order = column_order(table, batch)
        shape = _Shape(table, batch.action, tuple(order))
        if shape != self._shape:
            self.finish()
            self._begin(shape)
        with told_as_sqlalchemy(self._connection):
            for row in batch_rows(table, batch, order):
                self._copy.write_row(row)

    def finish(self) -> None:
        """Write what was gathered."""
        if self._shape is None:
            return
        shape, self._shape = self._shape, None
        with told_as_sqlalchemy(self._connection):
            self._copying.close()
        if not self._is_direct(shape):
            self._execute(_statement(shape))
            self._execute(f"DROP TABLE {_STAGE}")

    def abandon(self) -> None:
        """What was gathered is not wanted: the transaction is rolled back."""
        with suppress(psycopg.Error, _NotWanted):
            self._copying.__exit__(_NotWanted, _NotWanted(), None)

    def _is_direct(self, shape: _Shape) -> bool:
        return self._into_nothing and shape.action == "upsert"

    def _begin(self, shape: _Shape) -> None:
        names, target = _names(shape.columns), str(shape.table.name)
        if not self._is_direct(shape):
            self._execute(f'CREATE TEMPORARY TABLE {_STAGE} AS SELECT {names} FROM "{target}" WITH NO DATA')
            target = _STAGE
        raw: Any = self._connection.connection.dbapi_connection
        with told_as_sqlalchemy(self._connection):
            cursor = self._copying.enter_context(raw.cursor())
            self._copy = self._copying.enter_context(cursor.copy(f'COPY "{target}" ({names}) FROM STDIN'))
        self._shape = shape

    def _execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


def _statement(shape: _Shape) -> str:
    """From the temporary table to the real one: names are the schema's own."""
    table, key = f'"{shape.table.name}"', key_names(shape.table)
    changed = [name for name in shape.columns if name not in key]
    same = " AND ".join(f'{table}."{name}" = {_STAGE}."{name}"' for name in key)
    if shape.action == "delete":
        return f"DELETE FROM {table} USING {_STAGE} WHERE {same}"
    if shape.action == "update":
        settings = ", ".join(f'"{name}" = {_STAGE}."{name}"' for name in changed)
        return f"UPDATE {table} SET {settings} FROM {_STAGE} WHERE {same}"
    settings = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    then = f"UPDATE SET {settings}" if settings else "NOTHING"
    names = _names(shape.columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {_STAGE} ON CONFLICT ({_names(key)}) DO {then}"


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
