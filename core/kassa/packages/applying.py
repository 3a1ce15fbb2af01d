"""Applying packages: one transaction with its checkpoint, the caller's. Batches bound memory, not commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, delete, exc, func, select

from kassa.masterdata import upsert
from kassa.packages.errors import PackageOutOfOrder, PackageRefused
from kassa.packages.manifest import Batch, Manifest
from kassa.packages.plugin_rows import fitting
from kassa.packages.setting_aside import is_left_aside, set_aside, unique_keys
from kassa.packages.tables import key_names, packaged_columns
from kassa.packages.writers import make_writer
from kassa.schema.columns import UtcDateTime, code
from kassa.schema.groups import TABLE_GROUPS, TableGroup, group_of
from kassa.schema.plugin_tables import is_plugins
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
    connection: Connection,
    manifest: Manifest,
    batches: Iterable[Batch],
    *,
    scope: str,
    now: datetime,
    groups: Iterable[TableGroup] = TABLE_GROUPS,
    register_id: str | None = None,
) -> Applied:
    """Apply a package within the caller's transaction. If this raises, the transaction must be rolled back.

    :param scope: the store that the database belongs to; a channel database's channel database group.
    :param groups: what the database holds; a channel database more than an offline one.
    :param register_id: the register that it belongs to, whose own rows and no other register's it gets; None: all.
    :raises PackageRefused: it is for another store, or a row breaks a constraint; names table.
    :raises PackageOutOfOrder: it begins after where the database stands.
    :raises kassa.packages.errors.PackageDamaged: its batches do not read.
    """
    group = _group(manifest, groups)
    tables = {str(table.name): table for table in group.tables}
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
    if is_plugins(group):
        batches = fitting(batches, tables, register_id)
    actions: set[str] = set()
    rows = write_batches(connection, tables, _noting(batches, actions), into_nothing=manifest.kind == "snapshot")
    # Counting a large table takes as long as a thousand prices: updates make and remove no row.
    held = known.rows if known is not None and actions <= {"update"} else _count(connection, group)
    _keep_checkpoint(connection, manifest, held, now)
    return Applied(rows)


def _noting(batches: Iterable[Batch], actions: set[str]) -> Iterator[Batch]:
    for batch in batches:
        actions.add(batch.action)
        yield batch


def write_batches(
    connection: Connection, tables: Mapping[str, Table], batches: Iterable[Batch], *, into_nothing: bool
) -> int:
    """Write batches within the caller's transaction; how many rows they had.

    :param into_nothing: the tables are empty.
    :raises PackageRefused: a row breaks a constraint, or two rows are given one unique value.
    """
    writer = make_writer(connection, into_nothing=into_nothing)
    rows = 0
    with _refusing(connection, tables):
        try:
            for batch in batches:
                rows += len(batch.values[0])
                table = tables[batch.table]
                if not into_nothing and unique_keys(table):
                    writer.finish()
                    set_aside(connection, table, batch)
                writer.write(table, batch)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
        left = [str(table.name) for table in tables.values() if is_left_aside(connection, table)]
    if left:
        raise PackageRefused(_("A data package gives a unique value to two rows."), where=", ".join(left))
    return rows


@contextmanager
def _refusing(connection: Connection, tables: Mapping[str, Table]) -> Iterator[None]:
    """What the database does not take is the package's fault; silence or a broken file is not."""
    try:
        yield
    except (exc.IntegrityError, exc.DataError) as error:
        raise PackageRefused(
            _("A data package has a row that the database does not take."),
            where=f"{', '.join(tables)}: {error.orig}",
        ) from error


def _count(connection: Connection, group: TableGroup) -> int:
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in group.tables)


def _keep_checkpoint(connection: Connection, manifest: Manifest, held: int, now: datetime) -> None:
    """Write where the package's table group stands now."""
    row = {
        "table_group": manifest.table_group,
        "version": manifest.to_version,
        "package_id": manifest.package_id,
        "rows": held,
        "applied_at": now,
    }
    upsert(connection, package_checkpoint, [row])


def forget_checkpoint(connection: Connection, table_group: str) -> None:
    """Let a table group count as never loaded, within the caller's transaction: its next snapshot replaces it."""
    connection.execute(delete(package_checkpoint).where(package_checkpoint.c.table_group == table_group))


def checkpoints(connection: Connection) -> dict[str, Checkpoint]:
    """Where the table groups stand, by name."""
    found = connection.execute(select(package_checkpoint))
    return {row.table_group: Checkpoint(*row) for row in found}


def checkpoint_of(connection: Connection, table_group: str) -> Checkpoint | None:
    """Where a table group stands; None: nothing of it has been applied."""
    wanted = package_checkpoint.c.table_group == table_group
    row = connection.execute(select(package_checkpoint).where(wanted)).first()
    return None if row is None else Checkpoint(*row)


def _group(manifest: Manifest, groups: Iterable[TableGroup]) -> TableGroup:
    """The package's group.

    :raises PackageRefused: it names a table, key or column that the group does not have.
    """
    try:
        group = group_of(manifest.table_group, groups)
    except LookupError as error:
        raise PackageRefused(_("A data package is of an unknown table group."), where=manifest.table_group) from error
    tables = {str(table.name): table for table in group.tables}
    for told in manifest.tables:
        table = tables.get(told.name)
        if is_plugins(group) and (table is None or told.key == key_names(table)):
            continue  # another version of the plugin may have more tables and columns
        columns = set() if table is None else {column.name for column in packaged_columns(table, "channel")}
        if table is None or told.key != key_names(table) or not {one.name for one in told.columns} <= columns:
            raise PackageRefused(_("A data package has an unknown table or column."), where=told.name)
    return group
