"""Rows in scope, as packages carry them: all of them, or those that were touched between two versions.

A delta costs what was touched, whatever the catalogue's size. It is right from every version between its ends: a row
carries every column that was touched on the way, and one that was made or deleted on the way is carried whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, func, select

from kassa.packages.manifest import LARGEST_BATCH, Batch
from kassa.packages.tables import key_names, packaged_columns, raw_columns
from kassa.packages.writing import make_batches
from kassa.schema.groups import TableGroup
from kassa_server.headquarters.scopes import PLACED_BY_OTHERS, Scope, in_scope, of_stores
from kassa_server.row_keys import key_values, row_key, rows_by_key
from kassa_server.schema import change_log, row_counter


def current_version(connection: Connection) -> int:
    """The last row version that is committed, as this transaction sees it."""
    found = select(row_counter.c.value).where(row_counter.c.name == "row_version")
    return int(connection.execute(found).scalar() or 0)


def count_rows(connection: Connection, table: Table, scope: Scope) -> int:
    """How many rows of a table are in scope."""
    statement = select(func.count()).select_from(table).where(in_scope(table, scope))
    return int(connection.execute(statement).scalar_one())


def all_rows(connection: Connection, table: Table, scope: Scope) -> Iterator[Batch]:
    """A table for a snapshot, in the order of its key."""
    columns = packaged_columns(table, scope.audience)
    statement = select(*raw_columns(columns)).where(in_scope(table, scope)).order_by(*table.primary_key.columns)
    found = connection.execute(statement, execution_options={"yield_per": LARGEST_BATCH})
    return make_batches(str(table.name), "upsert", [str(column.name) for column in columns], map(tuple, found))


PLACES = frozenset({"store_id", "register_id"})
"""Columns that say whose a row is: who gets it now has none of it."""


@dataclass
class _Touched:
    """What happened to a row on the way. ``whole``: it was made or deleted, or changed its place; ``gone``: it may
    have been in scope before, if it is not now."""

    columns: set[str] = field(default_factory=set)
    whole: bool = False
    gone: bool = False


def touched_rows(connection: Connection, group: TableGroup, scope: Scope, versions: tuple[int, int]) -> list[Batch]:
    """What a delta carries: deletes first, then updates, then rows that are new."""
    batches: list[Batch] = []
    for table in group.tables:
        touched = _touched(connection, table, scope, versions)
        batches += _render(connection, table, scope, touched)
    return batches


def _touched(connection: Connection, table: Table, scope: Scope, versions: tuple[int, int]) -> dict[str, _Touched]:
    log = change_log.c
    wanted = (log.table_name == table.name) & (log.version > versions[0]) & (log.version <= versions[1])
    wanted &= of_stores(scope, log.store_id)
    found: dict[str, _Touched] = {}
    for row in connection.execute(select(log.row_key, log.store_id, log.action, log.columns).where(wanted)):
        noted = found.setdefault(row.row_key, _Touched())
        columns = msgspec.json.decode(row.columns, type=list[str])
        noted.columns.update(columns)
        placed = row.action != "update" or not columns or not PLACES.isdisjoint(columns)
        noted.whole |= placed
        noted.gone |= placed and (table not in PLACED_BY_OTHERS or row.store_id in scope.stores)
    return found


def _render(connection: Connection, table: Table, scope: Scope, touched: dict[str, _Touched]) -> Iterator[Batch]:
    columns = packaged_columns(table, scope.audience)
    names = [str(column.name) for column in columns]
    own = key_names(table)
    stored = {
        row_key(table, row): row
        for row in rows_by_key(connection, table, sorted(touched), raw_columns(columns), in_scope(table, scope))
    }
    gone = [key_values(table, one) for one in sorted(touched) if one not in stored and touched[one].gone]
    yield from make_batches(str(table.name), "delete", own, gone)
    shapes: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for one in sorted(stored):
        noted = touched[one]
        shape = tuple(name for name in names if noted.whole or name in noted.columns or name in own)
        shapes.setdefault(shape, []).append(tuple(stored[one][name] for name in shape))
    for shape, rows in sorted(shapes.items(), key=lambda item: len(item[0])):
        if len(shape) > len(own) or len(shape) == len(names):
            yield from make_batches(str(table.name), "upsert" if len(shape) == len(names) else "update", shape, rows)
