"""Rows into SQLite. Past SQLAlchemy's types: values are as they stand in the database."""

from __future__ import annotations

from sqlalchemy import Connection, Table

from kassa.packages.manifest import Batch
from kassa.packages.tables import key_names
from kassa.packages.writers import batch_rows, column_order


class PlainWriter:
    """Each batch at once, row by row."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, table: Table, batch: Batch) -> None:
        """Write it."""
        rows = batch_rows(table, batch, column_order(table, batch), as_text=True)
        self._connection.exec_driver_sql(_statement(table, batch), rows)

    def finish(self) -> None:
        """Nothing is left."""

    def abandon(self) -> None:
        """Nothing is under way."""


def _statement(table: Table, batch: Batch) -> str:
    """Names are the schema's own, values are parameters."""
    key = key_names(table)
    where = " AND ".join(f'"{name}" = ?' for name in key)
    changed = [name for name in batch.columns if name not in key]
    if batch.action == "delete":
        return f'DELETE FROM "{table.name}" WHERE {where}'
    if batch.action == "update":
        settings = ", ".join(f'"{name}" = ?' for name in changed)
        return f'UPDATE "{table.name}" SET {settings} WHERE {where}'
    names = ", ".join(f'"{name}"' for name in batch.columns)
    marks = ", ".join("?" for _name in batch.columns)
    settings = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    target = ", ".join(f'"{name}"' for name in key)
    then = f"UPDATE SET {settings}" if settings else "NOTHING"
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}) ON CONFLICT ({target}) DO {then}'
