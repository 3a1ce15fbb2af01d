"""Applying a package to a channel database: as in a register, and with regard to what is this database's own: rows that
its commands wrote, columns that it counts for itself, registers that must hear of a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, select, update

from kassa.packages.applying import Applied, apply_package
from kassa.packages.manifest import Batch, Manifest
from kassa.schema.columns import COUNTED_HERE
from kassa.schema.groups import TableGroup, group_of
from kassa_server.customer_numbers import follow_numbers
from kassa_server.joined.own_rows import own_rows_lifted
from kassa_server.master_data import next_versions
from kassa_server.record import touch_registers
from kassa_server.row_keys import row_key, with_key
from kassa_server.schema import store
from kassa_server.schema.groups import groups_for

RECORD_GROUPS = frozenset({"channel", "tenders", "registers"})
"""Table groups that registers' records are made of."""


def apply_to_channel(
    connection: Connection, manifest: Manifest, batches: Iterable[Batch], *, group_id: str, now: datetime
) -> Applied:
    """Apply a package within the caller's transaction; if this raises, that must be rolled back.

    :param group_id: the channel database group, which is the scope of its packages.
    :raises kassa.packages.errors.PackageError: as :func:`kassa.packages.applying.apply_package`.
    """
    groups = groups_for("channel", connection)
    try:
        group = group_of(manifest.table_group, groups)
    except LookupError:
        group = TableGroup(manifest.table_group, ())
    with own_rows_lifted(connection, group), _counted_here_kept(connection, group, manifest):
        applied = apply_package(connection, manifest, batches, scope=group_id, now=now, groups=groups)
    if applied.already:
        return applied
    next_versions(connection, 1)  # a register at rest asks by this number whether there is anything new
    if manifest.table_group == "customers":
        follow_numbers(connection)
    if manifest.table_group in RECORD_GROUPS:
        for store_id in connection.execute(select(store.c.store_id)).scalars().all():
            touch_registers(connection, store_id)
    return applied


@contextmanager
def _counted_here_kept(connection: Connection, group: TableGroup, manifest: Manifest) -> Iterator[None]:
    """A snapshot replaces every row; what this database counts for itself stays with the rows that stay: how often a
    PIN was wrong, who has used an activation code."""
    kept = [] if manifest.kind == "delta" else [(table, _counted(connection, table)) for table in group.tables]
    yield
    for table, rows in kept:
        for key, values in rows:
            connection.execute(update(table).where(with_key(table, key)).values(values))


def _counted(connection: Connection, table: Table) -> list[tuple[str, dict[str, Any]]]:
    """Of each row that has any, what is counted here."""
    columns: list[Column[Any]] = [
        column for column in table.columns if column.info.get(COUNTED_HERE) and column.name != "row_version"
    ]
    if not columns:
        return []
    names = [str(column.name) for column in columns]
    found = connection.execute(select(table)).mappings()
    return [(row_key(table, row), {name: row[name] for name in names}) for row in found if any(row[n] for n in names)]
