"""Rows in scope, as packages carry them: all of them, or those that were touched between two versions.

A delta costs what was touched, whatever the catalogue's size. It is right from every version between its ends: a row
carries every column that was touched on the way, and one that was made or deleted on the way is carried whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, func, select, true

from kassa.packages.manifest import LARGEST_BATCH, Batch
from kassa.packages.tables import packaged_columns, raw_columns
from kassa.packages.writing import make_batches
from kassa.runtime.channel_records import key_of
from kassa.schema.groups import TableGroup
from kassa.schema.master import staff
from kassa.schema.rules import LARGEST_IN
from kassa_server.schema import change_log, row_counter, store_staff


def current_version(connection: Connection) -> int:
    """The last row version that is committed, as this transaction sees it."""
    found = select(row_counter.c.value).where(row_counter.c.name == "row_version")
    return int(connection.execute(found).scalar() or 0)


def in_scope(table: Table, scope: str) -> ColumnElement[bool]:
    """Which rows of a table a store gets."""
    if table is staff:
        works_here = select(store_staff.c.staff_id).where(store_staff.c.store_id == scope)
        return staff.c.staff_id.in_(works_here)
    return true()


def count_rows(connection: Connection, table: Table, scope: str) -> int:
    """How many rows of a table are in scope."""
    statement = select(func.count()).select_from(table).where(in_scope(table, scope))
    return int(connection.execute(statement).scalar_one())


def all_rows(connection: Connection, table: Table, scope: str, audience: str) -> Iterator[Batch]:
    """A table for a snapshot, in the order of its key."""
    columns = packaged_columns(table, audience)
    statement = select(*raw_columns(columns)).where(in_scope(table, scope)).order_by(table.c[key_of(table)])
    found = connection.execute(statement, execution_options={"yield_per": LARGEST_BATCH})
    return make_batches(str(table.name), "upsert", [str(column.name) for column in columns], map(tuple, found))


@dataclass
class _Touched:
    """What happened to a row on the way. ``whole``: it was made or deleted, or changed its place."""

    columns: set[str] = field(default_factory=set)
    whole: bool = False


def touched_rows(
    connection: Connection, group: TableGroup, scope: str, audience: str, versions: tuple[int, int]
) -> list[Batch]:
    """What a delta carries: deletes first, then updates, then rows that are new."""
    batches: list[Batch] = []
    for table in group.tables:
        touched = _touched(connection, table, versions)
        batches += _render(connection, table, scope, audience, touched)
    return batches


def _touched(connection: Connection, table: Table, versions: tuple[int, int]) -> dict[str, _Touched]:
    log = change_log.c
    wanted = (log.table_name == table.name) & (log.version > versions[0]) & (log.version <= versions[1])
    found: dict[str, _Touched] = {}
    for row in connection.execute(select(log.row_key, log.action, log.columns).where(wanted)):
        noted = found.setdefault(row.row_key, _Touched())
        columns = msgspec.json.decode(row.columns, type=list[str])
        noted.columns.update(columns)
        noted.whole |= row.action != "update" or not columns
    return found


def _render(
    connection: Connection, table: Table, scope: str, audience: str, touched: dict[str, _Touched]
) -> Iterator[Batch]:
    columns = packaged_columns(table, audience)
    names = [str(column.name) for column in columns]
    key = table.c[key_of(table)]
    stored: dict[str, tuple[Any, ...]] = {}
    keys = sorted(touched)
    for start in range(0, len(keys), LARGEST_IN):
        here = key.in_(keys[start : start + LARGEST_IN]) & in_scope(table, scope)
        for row in connection.execute(select(*raw_columns(columns)).where(here)):
            stored[str(row[names.index(str(key.name))])] = tuple(row)
    gone = [(one,) for one in keys if one not in stored]
    yield from make_batches(str(table.name), "delete", (str(key.name),), gone)
    shapes: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for one in keys:
        if one in stored:
            noted = touched[one]
            shape = tuple(name for name in names if noted.whole or name in noted.columns or name == key.name)
            shapes.setdefault(shape, []).append(tuple(stored[one][names.index(name)] for name in shape))
    for shape, rows in sorted(shapes.items(), key=lambda item: len(item[0])):
        if len(shape) > 1:
            yield from make_batches(str(table.name), "upsert" if len(shape) == len(names) else "update", shape, rows)
