"""Many rows into a table at once, past SQLAlchemy's handling of each row's parameters, which takes longer than the
database does: many rows in a statement on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Dialect, LargeBinary, Table

from kassa.schema.columns import Scaled, UtcDateTime
from kassa.schema.copying import told_as_sqlalchemy

TOGETHER = (100, 10, 1)
"""Rows in one statement of SQLite's, which takes 32,766 values: a statement for each row costs a tenth more."""
_WITHOUT_OFFSET = len("2026-11-23 12:00:00.000000")


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows within the caller's transaction.

    :param rows: a value for each of the table's columns, in their order; scaled values as whole numbers.
    :raises sqlalchemy.exc.DatabaseError: the database does not take one. The caller rolls back.
    """
    if not rows:
        return
    statement, converters = _prepared(table, connection.dialect)
    if converters:
        columns: list[Any] = list(zip(*rows, strict=True))
        for place, convert in converters:
            columns[place] = map(convert, columns[place])
        rows = list(zip(*columns, strict=True))
    if connection.dialect.name == "postgresql":
        _copy(connection, statement, rows)
    else:
        _insert(connection, statement, rows)


def _insert(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    one, begun = statement[statement.rindex("(") :], 0
    for together in TOGETHER:
        ends = range(begun + together, len(rows) + 1, together)
        if ends:
            many = statement + f", {one}" * (together - 1)
            values = [tuple(chain.from_iterable(rows[end - together : end])) for end in ends]
            connection.exec_driver_sql(many, values)
            begun = ends[-1]


def _copy(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    raw: Any = connection.connection.dbapi_connection
    with told_as_sqlalchemy(connection), raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=64)
def _prepared(table: Table, dialect: Dialect) -> tuple[str, list[tuple[int, Callable[[Any], Any]]]]:
    """The statement, and how values of which columns become the database's."""
    named = ", ".join(f'"{column.name}"' for column in table.columns)
    converters: list[tuple[int, Callable[[Any], Any]]] = []
    for place, column in enumerate(table.columns):
        convert = _converter(column, dialect)
        if convert is not None:
            converters.append((place, convert))
    if dialect.name == "postgresql":
        return f'COPY "{table.name}" ({named}) FROM STDIN', converters
    marks = ", ".join("?" for _column in table.columns)
    return f'INSERT INTO "{table.name}" ({named}) VALUES ({marks})', converters


def _converter(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """None: the driver takes the values as they are, as bools, bytes and scaled values, which are numbers already."""
    if isinstance(column.type, Boolean | LargeBinary | Scaled):
        return None
    if isinstance(column.type, UtcDateTime) and dialect.name == "sqlite":
        return _time_text
    if isinstance(column.type, Date) and dialect.name == "sqlite":
        return date.isoformat
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _time_text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes it for SQLite, in a tenth of the time."""
    if value is None:
        return None
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:_WITHOUT_OFFSET]
