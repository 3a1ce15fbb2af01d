"""Rows into SQL Server: through a temporary table (:mod:`kassa.schema.staging`); a snapshot straight into its table,
in bulk where the driver can."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, Table, bindparam, insert
from sqlalchemy.sql.dml import Insert

from kassa.packages.manifest import Batch
from kassa.packages.writers import batch_rows, column_order
from kassa.schema.columns import Scaled
from kassa.schema.staging import Stage


class StagedWriter:
    """Each batch at once."""

    def __init__(self, connection: Connection, *, into_nothing: bool) -> None:
        self._connection = connection
        self._into_nothing = into_nothing

    def write(self, table: Table, batch: Batch) -> None:
        """Write it."""
        order = column_order(table, batch)
        rows = [dict(zip(order, row, strict=True)) for row in batch_rows(table, batch, order)]
        if self._into_nothing and batch.action == "upsert":
            self._connection.execute(_insert(table, order), rows)
            return
        stage = Stage(self._connection, table, order, raw=True)
        stage.fill(rows)
        {"upsert": stage.upsert, "update": stage.update, "delete": stage.delete}[batch.action]()
        stage.drop()

    def finish(self) -> None:
        """Nothing is left."""

    def abandon(self) -> None:
        """Nothing is under way."""


def _insert(table: Table, order: list[str]) -> Insert:
    """An insert that takes values as they stand in the database."""
    values = {}
    for name in order:
        column = table.c[name]
        plain = BigInteger() if isinstance(column.type, Scaled) else column.type
        values[name] = bindparam(name, type_=plain)
    return insert(table).values(values)
