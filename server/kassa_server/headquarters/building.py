"""Building packages: for each table group and scope what is missing on the shelf."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from kassa.environment import Environment
from kassa.packages.listing import ALL_GROUPS, PackageEntry
from kassa.packages.manifest import FORMAT, Batch, Manifest
from kassa.packages.sqlite_snapshot import write_sqlite_snapshot
from kassa.packages.tables import packaged_table
from kassa.packages.writing import PackageFile, write_package
from kassa.schema.groups import SCHEMA_REVISION, TABLE_GROUPS, TableGroup
from kassa_server.headquarters.package_files import PackageFiles
from kassa_server.headquarters.rows import all_rows, count_rows, current_version, touched_rows
from kassa_server.headquarters.scopes import Scope, scope_for
from kassa_server.headquarters.shelf import on_shelf
from kassa_server.schema.groups import groups_for

MERGED_AT_MOST = 0.25
"""Of the snapshot's rows: a merged delta that is larger makes a new snapshot worth while."""
SMALL = 1000
"""Rows: below this a merged delta is never too large."""


@dataclass(frozen=True)
class MadePackage:
    """A package whose file is there and whose row is not."""

    entry: PackageEntry
    scope: Scope

    @property
    def rows(self) -> int:
        """How many rows it carries."""
        return self.entry.rows


class PackageBuilder:
    """Builds within one reading transaction: everything it makes is of one moment.

    :param on_making: called before each file.
    """

    def __init__(
        self,
        connection: Connection,
        files: PackageFiles,
        environment: Environment,
        on_making: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_making = on_making
        self._connection = connection
        self._files = files
        self._environment = environment
        self._version = current_version(connection)
        self._made: list[MadePackage] = []

    def build(self, names: Collection[str], scopes: Sequence[Scope]) -> list[MadePackage]:
        """What these table groups lack for databases of these scopes; for offline databases SQLite snapshots too, where
        there is none, or an old one.

        :param names: of table groups; those that a scope's databases do not hold are passed over.
        """
        done = set()
        for scope in scopes:
            for group in groups_for(scope.audience, self._connection):
                place = scope_for(group, scope)
                if group.name in names and (group.name, place) not in done:
                    done.add((group.name, place))
                    self._group(group, place)
        for scope in scopes:
            if scope.audience == "offline":
                self._sqlite(scope)
        return self._made

    def _group(self, group: TableGroup, scope: Scope) -> None:
        shelf = [row for row in on_shelf(self._connection, scope, group.name) if row.rendering == "batches"]
        snapshot = max((row for row in shelf if row.kind == "snapshot"), key=_to_version, default=None)
        if snapshot is None:
            self._snapshot(group, scope)
            return
        latest = max(_to_version(row) for row in shelf)
        touched = touched_rows(self._connection, group, scope, (latest, self._version))
        if not touched:
            return
        self._delta(group, scope, latest, touched)
        merged = touched
        if latest != snapshot.to_version:
            span = (snapshot.to_version, self._version)
            merged = touched_rows(self._connection, group, scope, span)
        if _rows(merged) > max(SMALL, snapshot.rows * MERGED_AT_MOST):
            self._snapshot(group, scope)
        elif latest != snapshot.to_version:
            self._delta(group, scope, snapshot.to_version, merged)

    def _delta(self, group: TableGroup, scope: Scope, after: int, batches: list[Batch]) -> None:
        self._on_making()
        manifest = self._manifest("delta", group, scope, after, _counted(batches))
        with self._files.writing(manifest.package_id) as file:
            written = write_package(file, manifest, batches)
        self._keep(manifest, scope, written, _rows(batches))

    def _snapshot(self, group: TableGroup, scope: Scope) -> None:
        self._on_making()
        manifest, batches = self._whole(group, scope)
        with self._files.writing(manifest.package_id) as file:
            written = write_package(file, manifest, batches)
        self._keep(manifest, scope, written, sum(table.rows for table in manifest.tables))

    def _whole(self, group: TableGroup, scope: Scope) -> tuple[Manifest, Iterable[Batch]]:
        counted = {str(table.name): count_rows(self._connection, table, scope) for table in group.tables}
        manifest = self._manifest("snapshot", group, scope, 0, counted)
        batches = (batch for table in group.tables for batch in all_rows(self._connection, table, scope))
        return manifest, batches

    def _manifest(self, kind: Any, group: TableGroup, scope: Scope, after: int, counted: dict[str, int]) -> Manifest:
        return Manifest(
            format=FORMAT,
            package_id=self._environment.new_id(),
            kind=kind,
            table_group=group.name,
            scope=scope.name,
            audience=scope.audience,
            from_version=after,
            to_version=self._version,
            schema_revision=SCHEMA_REVISION,
            made_at=self._environment.clock.utc().isoformat(),
            tables=tuple(
                packaged_table(table, counted.get(str(table.name), 0), scope.audience) for table in group.tables
            ),
        )

    def _keep(self, manifest: Manifest, scope: Scope, written: PackageFile, rows: int) -> None:
        entry = PackageEntry(
            manifest.package_id, manifest.kind, "batches", manifest.table_group, manifest.from_version,
            manifest.to_version, rows, written.size, written.sha256,
        )  # fmt: skip
        self._made.append(MadePackage(entry, scope))

    def _sqlite(self, scope: Scope) -> None:
        """A whole database for new registers, if there is none or a group has got a newer snapshot since."""
        newest = max(on_shelf(self._connection, scope, ALL_GROUPS), key=_to_version, default=None)
        if newest is not None and not self._has_fallen_behind(newest, scope):
            return
        self._on_making()
        package_id = self._environment.new_id()
        packages = [self._whole(group, scope_for(group, scope)) for group in TABLE_GROUPS]
        rows = sum(table.rows for manifest, _batches in packages for table in manifest.tables)
        now = self._environment.clock.utc()
        with self._files.writing(package_id) as file:
            written = write_sqlite_snapshot(file, self._files.draft(package_id), packages, scope=scope.name, now=now)
        versions = {group.name: self._version for group in TABLE_GROUPS}
        entry = PackageEntry(
            package_id, "snapshot", "sqlite", ALL_GROUPS, 0, self._version, rows, written.size, written.sha256,
            versions,
        )  # fmt: skip
        self._made.append(MadePackage(entry, scope))

    def _has_fallen_behind(self, newest: Row[Any], scope: Scope) -> bool:
        versions = msgspec.json.decode(newest.versions, type=dict[str, int])
        new_snapshots = {
            (made.entry.table_group, made.scope): made.entry for made in self._made if made.entry.kind == "snapshot"
        }
        for group in TABLE_GROUPS:
            shelf = on_shelf(self._connection, scope_for(group, scope), group.name)
            since = max((_to_version(row) for row in shelf if row.kind == "snapshot"), default=0)
            made = new_snapshots.get((group.name, scope_for(group, scope)))
            if max(since, 0 if made is None else made.to_version) > versions.get(group.name, -1):
                return True
        return False


def _to_version(row: Row[Any]) -> int:
    return int(row.to_version)


def _rows(batches: Iterable[Batch]) -> int:
    return sum(len(batch.values[0]) for batch in batches)


def _counted(batches: Iterable[Batch]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for batch in batches:
        counted[batch.table] = counted.get(batch.table, 0) + len(batch.values[0])
    return counted
