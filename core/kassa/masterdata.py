"""Applying master data to an offline database: one page of rows, one transaction, with its checkpoint.

Data packages (signed, one table group each) take this place for whole distributions; the rule stays: rows and
checkpoint are written together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from kassa.requests.contact import ChangesPage
from kassa.runtime.channel_records import key_of, table_of
from kassa.schema.columns import Scaled, code
from kassa.schema.master import tombstone
from kassa.schema.staging import staged_upsert

offline = MetaData()
checkpoint = Table(
    "checkpoint",
    offline,
    Column("table_name", code(40), primary_key=True),
    Column("version", BigInteger, nullable=False),
)


def checkpoint_of(connection: Connection, table: str) -> int:
    """The row version up to which a table has been read; 0 for not at all."""
    found = connection.execute(select(checkpoint.c.version).where(checkpoint.c.table_name == table)).scalar()
    return int(found or 0)


def apply_page(connection: Connection, page: ChangesPage) -> list[tuple[str, str]]:
    """Write a page's rows and its checkpoint, within the caller's transaction; table and key of each row (of the row
    that is gone, for a tombstone).

    :raises LookupError: a table or column that this version does not know.
    """
    table = table_of(page.table)
    rows = [_row(table, page.columns, values) for values in page.rows]
    if rows:
        upsert(connection, table, rows)
    if table is tombstone:
        _bury(connection, rows)
    upsert(connection, checkpoint, [{"table_name": page.table, "version": page.next_after}])
    if table is tombstone:
        return [(row["table_name"], row["row_key"]) for row in rows]
    return [(page.table, str(row[key_of(table)])) for row in rows]


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or set the columns they carry, by primary key."""
    if connection.dialect.name == "mssql":
        staged_upsert(connection, table, rows)
        return
    connection.execute(_upserting(table, tuple(rows[0]), connection.dialect.name), list(rows))


@lru_cache(maxsize=256)
def _upserting(table: Table, columns: tuple[str, ...], dialect_name: str) -> Any:
    """The statement; making it takes longer than running it."""
    dialect: Any = postgresql if dialect_name == "postgresql" else sqlite
    insert = dialect.insert(table)
    keys = [column.name for column in table.primary_key.columns]
    changed = {name: insert.excluded[name] for name in columns if name not in keys}
    if changed:
        return insert.on_conflict_do_update(index_elements=keys, set_=changed)
    return insert.on_conflict_do_nothing(index_elements=keys)


def _bury(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        table = table_of(row["table_name"])
        gone = (table.c[key_of(table)] == row["row_key"]) & (table.c.row_version <= row["row_version"])
        connection.execute(delete(table).where(gone))


def _row(table: Table, columns: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return {name: _value(table.c[name], value) for name, value in zip(columns, values, strict=True)}


def _value(column: Column[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, Scaled):
        return Decimal(value)
    return value
