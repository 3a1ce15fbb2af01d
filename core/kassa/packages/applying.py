"""Applying packages: one transaction with its checkpoint, the caller's. Batches bound memory, not commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, delete, exc, func, select

from kassa.masterdata import upsert
from kassa.packages.errors import PackageOutOfOrder, PackageRefused
from kassa.packages.manifest import Batch, Manifest
from kassa.packages.tables import key_names, packaged_columns
from kassa.schema.columns import UtcDateTime, code
from kassa.schema.groups import group_of
from kassa.text import texts

_, n_ = texts("kassa")

checkpoints_metadata = MetaData()
package_checkpoint = Table(
    "package_checkpoint",
    checkpoints_metadata,
    Column("table_group", code(40), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("package_id", code(32), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("applied_at", UtcDateTime(), nullable=False),
)
"""Where each table group stands, written in the same transaction as its rows."""


@dataclass(frozen=True)
class Checkpoint:
    """Where a table group stands. ``rows``: how many rows its tables hold."""

    table_group: str
    version: int
    package_id: str
    rows: int
    applied_at: datetime


@dataclass(frozen=True)
class Applied:
    """What applying a package came to; ``already``: the database stood there or further, nothing was changed."""

    rows: int
    already: bool = False


def apply_package(
    connection: Connection, manifest: Manifest, batches: Iterable[Batch], *, scope: str, now: datetime
) -> Applied:
    """Apply a package within the caller's transaction. If this raises, the transaction must be rolled back.

    :param scope: the store that the database belongs to.
    :raises PackageRefused: it is for another store, or a row breaks a constraint; names table.
    :raises PackageOutOfOrder: it begins after where the database stands.
    :raises kassa.packages.errors.PackageDamaged: its batches do not read.
    """
    tables = _tables(manifest)
    if manifest.scope not in ("", scope):
        raise PackageRefused(_("A data package is for another store."), where=manifest.scope)
    known = checkpoint_of(connection, manifest.table_group)
    if known is not None and manifest.to_version <= known.version:
        return Applied(0, already=True)
    if manifest.kind == "delta" and (known is None or manifest.from_version > known.version):
        raise PackageOutOfOrder(
            _("A data package cannot be used before the one that comes before it."),
            where=f"{manifest.table_group}: from {manifest.from_version}, here {0 if known is None else known.version}",
        )
    if manifest.kind == "snapshot":
        for table in tables.values():
            connection.execute(delete(table))
    rows = 0
    for batch in batches:
        rows += len(batch.values[0])
        _apply_batch(connection, tables[batch.table], batch)
    keep_checkpoint(connection, manifest, now)
    return Applied(rows)


def keep_checkpoint(connection: Connection, manifest: Manifest, now: datetime) -> None:
    """Write where the package's table group stands now."""
    held = sum(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in group_of(manifest.table_group).tables
    )
    row = {
        "table_group": manifest.table_group,
        "version": manifest.to_version,
        "package_id": manifest.package_id,
        "rows": held,
        "applied_at": now,
    }
    upsert(connection, package_checkpoint, [row])


def checkpoints(connection: Connection) -> dict[str, Checkpoint]:
    """Where the table groups stand, by name."""
    found = connection.execute(select(package_checkpoint))
    return {row.table_group: Checkpoint(*row) for row in found}


def checkpoint_of(connection: Connection, table_group: str) -> Checkpoint | None:
    """Where a table group stands; None: nothing of it has been applied."""
    wanted = package_checkpoint.c.table_group == table_group
    row = connection.execute(select(package_checkpoint).where(wanted)).first()
    return None if row is None else Checkpoint(*row)


def _tables(manifest: Manifest) -> dict[str, Table]:
    """The tables of the package's group.

    :raises PackageRefused: it names a table, key or column that the group does not have.
    """
    try:
        group = {str(table.name): table for table in group_of(manifest.table_group).tables}
    except LookupError as error:
        raise PackageRefused(_("A data package is of an unknown table group."), where=manifest.table_group) from error
    for told in manifest.tables:
        table = group.get(told.name)
        columns = set() if table is None else {column.name for column in packaged_columns(table, "channel")}
        if table is None or told.key != key_names(table) or not {one.name for one in told.columns} <= columns:
            raise PackageRefused(_("A data package has an unknown table or column."), where=told.name)
    return group


def _apply_batch(connection: Connection, table: Table, batch: Batch) -> None:
    try:
        connection.exec_driver_sql(_statement(connection, table, batch), _parameters(batch, key_names(table)))
    except exc.IntegrityError as error:
        raise PackageRefused(
            _("A data package has a row that the database does not take."), where=f"{table.name}: {error.orig}"
        ) from error


def _parameters(batch: Batch, key: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows for the statement: columns in the batch's order; for updates and deletes the key comes last."""
    if batch.action == "upsert":
        order = list(batch.columns)
    else:
        order = [name for name in batch.columns if name not in key] if batch.action == "update" else []
        order += key
    by_name = dict(zip(batch.columns, batch.values, strict=True))
    return list(zip(*(by_name[name] for name in order), strict=True))


def _statement(connection: Connection, table: Table, batch: Batch) -> str:
    """Plain SQL for SQLite and PostgreSQL: names are the schema's own, values are parameters."""
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    key = key_names(table)
    where = " AND ".join(f'"{name}" = {mark}' for name in key)
    changed = [name for name in batch.columns if name not in key]
    if batch.action == "delete":
        return f'DELETE FROM "{table.name}" WHERE {where}'
    if batch.action == "update":
        settings = ", ".join(f'"{name}" = {mark}' for name in changed)
        return f'UPDATE "{table.name}" SET {settings} WHERE {where}'
    names = ", ".join(f'"{name}"' for name in batch.columns)
    marks = ", ".join(mark for _name in batch.columns)
    settings = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    target = ", ".join(f'"{name}"' for name in key)
    then = f"UPDATE SET {settings}" if settings else "NOTHING"
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}) ON CONFLICT ({target}) DO {then}'
