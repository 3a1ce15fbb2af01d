"""Many rows into a table at once, past SQLAlchemy's handling of each row's parameters, which takes longer than the
database does. The statement is plain SQL that SQLite and PostgreSQL share; values are converted as the columns say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, which all carry the same columns, within the caller's transaction.

    :raises sqlalchemy.exc.DatabaseError: the database does not take one. The caller rolls back.
    """
    if not rows:
        return
    names = tuple(rows[0])
    statement, converters = _prepared(table, names, connection.dialect)
    columns = []
    for name, convert in zip(names, converters, strict=True):
        values = [row[name] for row in rows]
        columns.append(values if convert is None else map(convert, values))
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


@lru_cache(maxsize=64)
def _prepared(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, list[Callable[[Any], Any] | None]]:
    mark = "%s" if dialect.name == "postgresql" else "?"
    named = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(mark for _name in names)
    converters: list[Callable[[Any], Any] | None] = [
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]
    return f'INSERT INTO "{table.name}" ({named}) VALUES ({marks})', converters
