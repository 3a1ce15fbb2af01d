"""Unique values that move from one row to another in one package, such as a barcode between two products.

Row by row, the second row would take the value before the first has given it up. So whoever holds a value that a batch
is about to write gives it up first, for a placeholder, and gets its own value from a later row of the same package. A
placeholder that is left at the end gives the package away as a contradiction.
"""

from __future__ import annotations

from itertools import count

from sqlalchemy import Column, Connection, Table, Unicode, UniqueConstraint, and_, bindparam, not_, select, update

from kassa.packages.manifest import Batch
from kassa.packages.tables import key_names

_MARK = "\ue000"
"""A letter of Unicode's private use area: in no real code."""
_given_up = count(1)


def set_aside(connection: Connection, table: Table, batch: Batch) -> bool:
    """Free the unique values that a batch is about to write; whether the table has any."""
    if batch.action == "delete":
        return False
    done = False
    for columns in unique_keys(table):
        names = [str(column.name) for column in columns]
        placeholder = next((column for column in columns if isinstance(column.type, Unicode)), None)
        if placeholder is None or not set(names) <= set(batch.columns):
            continue
        by_name = dict(zip(batch.columns, batch.values, strict=True))
        key = key_names(table)
        wanted = [
            {**dict(zip((f"b_{name}" for name in (*names, *key)), row, strict=True)), "given_up": _placeholder()}
            for row in zip(*(by_name[name] for name in (*names, *key)), strict=True)
            if row[0] is not None
        ]
        held = and_(*(column == bindparam(f"b_{column.name}", type_=column.type) for column in columns))
        own = and_(*(table.c[name] == bindparam(f"b_{name}", type_=table.c[name].type) for name in key))
        if wanted:
            given_up = {placeholder: bindparam("given_up", type_=placeholder.type)}
            connection.execute(update(table).where(held, not_(own)).values(given_up), wanted)
        done = True
    return done


def _placeholder() -> str:
    """Another each time, and short: it must fit in the column, whatever the row's key is."""
    return f"{_MARK}{next(_given_up):x}"


def is_left_aside(connection: Connection, table: Table) -> bool:
    """Whether a row has given up a value and got none."""
    return any(
        connection.execute(select(column).where(column.startswith(_MARK)).limit(1)).first() is not None
        for columns in unique_keys(table)
        for column in columns
        if isinstance(column.type, Unicode)
    )


def unique_keys(table: Table) -> list[tuple[Column[object], ...]]:
    """The columns of each unique index and constraint besides the primary key."""
    indexes = [tuple(index.columns) for index in table.indexes if index.unique]
    constraints = [tuple(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    return [tuple(table.c[column.name] for column in columns) for columns in (*indexes, *constraints)]
