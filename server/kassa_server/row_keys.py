"""Keys of rows as one text, as the log of changes and tombstones have them, and finding rows by it.

A key of one column is its value; one of several is a JSON list of their values in the key's order, which no two keys
share. So ``1001`` is an item and ``["S1","cash"]`` a store's tender.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Delete, RowMapping, Table, and_, bindparam, delete, or_, select

from kassa.schema.rules import LARGEST_IN

LARGEST_OR = 100
"""Keys of several columns in one statement: SQLite takes no deeper expressions, and SQL Server no tuples."""


def row_key(table: Table, row: Mapping[Any, Any]) -> str:
    """The key of a row as one text."""
    values = [row[column.name] for column in table.primary_key.columns]
    if len(values) == 1:
        return str(values[0])
    return msgspec.json.encode(values).decode()


def key_values(table: Table, key: str) -> tuple[Any, ...]:
    """The values of the key's columns."""
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return (columns[0].type.python_type(key),)
    return tuple(msgspec.json.decode(key, type=list[Any]))


def rows_by_key(
    connection: Connection,
    table: Table,
    keys: Sequence[str],
    columns: Sequence[Any] | None = None,
    condition: ColumnElement[bool] | None = None,
) -> Iterator[RowMapping]:
    """The rows with these keys, in the order of their keys within a statement's worth of them.

    :param columns: what is selected, the table's all if None.
    :param condition: and this holds.
    """
    own = list(table.primary_key.columns)
    largest = LARGEST_IN if len(own) == 1 else LARGEST_OR
    for start in range(0, len(keys), largest):
        wanted = _one_of(own, [key_values(table, key) for key in keys[start : start + largest]])
        statement = select(*(columns or table.columns)).where(wanted).order_by(*own)
        if condition is not None:
            statement = statement.where(condition)
        yield from connection.execute(statement).mappings()


def deleting(table: Table, keys: Sequence[str]) -> tuple[Delete, list[dict[str, Any]]]:
    """The statement that deletes the rows with these keys, and its parameters."""
    own = list(table.primary_key.columns)
    names = [f"key_{place}" for place in range(len(own))]
    each = and_(*(column == bindparam(name) for column, name in zip(own, names, strict=True)))
    values = [dict(zip(names, key_values(table, key), strict=True)) for key in keys]
    return delete(table).where(each), values


def with_key(table: Table, key: str) -> ColumnElement[bool]:
    """The row with that key."""
    return _one_of(list(table.primary_key.columns), [key_values(table, key)])


def _one_of(own: Sequence[Any], values: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    if len(own) == 1:
        found: ColumnElement[bool] = own[0].in_([value for (value,) in values])
        return found
    return or_(*(and_(*(column == one for column, one in zip(own, value, strict=True))) for value in values))
