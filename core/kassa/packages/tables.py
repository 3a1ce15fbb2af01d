"""Tables as packages carry them: which columns, of which type, and their raw values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, LargeBinary, Table, type_coerce
from sqlalchemy.types import TypeDecorator

from kassa.packages.manifest import ColumnType, PackagedColumn, PackagedTable
from kassa.schema.columns import CHANNEL_ONLY, COUNTED_HERE


def packaged_columns(table: Table, audience: str) -> list[Column[Any]]:
    """The columns of ``table`` that packages for ``audience`` carry, in the table's order."""
    return [
        column
        for column in table.columns
        if not column.info.get(COUNTED_HERE) and (audience == "channel" or not column.info.get(CHANNEL_ONLY))
    ]


def packaged_table(table: Table, rows: int, audience: str) -> PackagedTable:
    """What a manifest says of ``table``."""
    columns = tuple(
        PackagedColumn(str(column.name), column_type(column), bool(column.nullable))
        for column in packaged_columns(table, audience)
    )
    return PackagedTable(str(table.name), key_names(table), columns, rows)


def key_names(table: Table) -> tuple[str, ...]:
    """The names of the primary key's columns."""
    return tuple(str(column.name) for column in table.primary_key.columns)


def column_type(column: Column[Any]) -> ColumnType:
    """The type that a column's raw values have in a package."""
    plain = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(plain, Boolean):
        return "boolean"
    if isinstance(plain, BigInteger) or plain.python_type is int:
        return "integer"
    if isinstance(plain, LargeBinary):
        return "bytes"
    return "time" if isinstance(plain, DateTime) else "text"


def raw_columns(columns: Sequence[Column[Any]]) -> list[Any]:
    """Select expressions for the values as they stand in the database: scaled values as whole numbers."""
    return [
        type_coerce(column, BigInteger).label(column.name) if column_type(column) == "integer" else column
        for column in columns
    ]
