"""How a package's rows get into a database: one writer for each engine, behind one face.

=========== ====================================================================================
engine      way
=========== ====================================================================================
SQLite      upserts row by row in ``executemany``: the limit that everything is measured against
PostgreSQL  COPY; into a temporary table and on from there where rows may be there already
SQL Server  a temporary table, UPDATE .. FROM, INSERT .. WHERE NOT EXISTS
=========== ====================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Table

from kassa.packages.manifest import Batch
from kassa.packages.tables import column_type, key_names


class RowWriter(Protocol):
    """Writes batches within the caller's transaction."""

    def write(self, table: Table, batch: Batch) -> None:
        """Write a batch, or keep it until :meth:`finish` has to."""

    def finish(self) -> None:
        """Everything is written when this returns."""

    def abandon(self) -> None:
        """Something is wrong: the connection is free for the roll back when this returns."""


def make_writer(connection: Connection, *, into_nothing: bool) -> RowWriter:
    """The writer for the connection's engine.

    :param into_nothing: a snapshot: the tables are empty.
    """
    if connection.dialect.name == "postgresql":
        from kassa.packages.copy_writer import CopyWriter

        return CopyWriter(connection, into_nothing=into_nothing)
    if connection.dialect.name == "mssql":
        from kassa.packages.staged_writer import StagedWriter

        return StagedWriter(connection, into_nothing=into_nothing)
    from kassa.packages.plain_writer import PlainWriter

    return PlainWriter(connection)


def column_order(table: Table, batch: Batch) -> list[str]:
    """The columns that a statement for the batch needs: what changes first, the key last; all for an upsert."""
    key = key_names(table)
    if batch.action == "upsert":
        return list(batch.columns)
    changed = [name for name in batch.columns if name not in key] if batch.action == "update" else []
    return [*changed, *key]


def batch_rows(table: Table, batch: Batch, order: Sequence[str], *, as_text: bool = False) -> list[tuple[Any, ...]]:
    """The batch's rows, their values in ``order``; times naive in UTC, or as the text that SQLite keeps."""
    by_name = dict(zip(batch.columns, batch.values, strict=True))
    columns = []
    for name in order:
        values = by_name[name]
        columns.append([_time(one, as_text) for one in values] if column_type(table.c[name]) == "time" else values)
    return list(zip(*columns, strict=True))


def _time(value: datetime | None, as_text: bool) -> datetime | str | None:
    if value is None:
        return None
    naive = value.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(" ", "microseconds") if as_text else naive
