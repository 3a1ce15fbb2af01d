"""What a database does with headquarters' packages: takes, for each table group, the one that brings it furthest."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from kassa.packages.applying import apply_package, checkpoints
from kassa.packages.keys import verify_list
from kassa.packages.listing import PackageEntry, PackageList
from kassa.packages.manifest import Batch, Manifest
from kassa.packages.reading import open_package
from kassa.packages.tables import packaged_columns
from kassa.packages.verifying import verify_file
from kassa.testing.clock import TestClock
from kassa.testing.store import STORE
from kassa_server.channel import Channel
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.keys import current_key_set
from kassa_server.headquarters.scopes import Scope, in_scope, scope_of_store
from kassa_server.schema.groups import own_groups

SMALL = scope_of_store(STORE)


def listed(distribution: Distribution, headquarters: Channel, scope: Scope = SMALL) -> PackageList:
    """The list of a scope, verified."""
    _number, signed = distribution.list_for(scope)
    with headquarters.reading() as connection:
        return verify_list(
            signed, current_key_set(connection), seen_number=0, scope=scope.name, audience=scope.audience
        )


def file_of(distribution: Distribution, package_id: str) -> Path:
    """Where a package's file is; it must be there."""
    found = distribution.files.find(package_id)
    assert found is not None
    assert found.path is not None
    return found.path


def opened(distribution: Distribution, entry: PackageEntry) -> tuple[Manifest, list[Batch]]:
    """A package, verified."""
    file = file_of(distribution, entry.package_id)
    verify_file(file, entry)
    manifest, batches = open_package(io.BytesIO(file.read_bytes()))
    return manifest, list(batches)


def bring_up_to_date(
    distribution: Distribution, headquarters: Channel, database: Engine, scope: Scope = SMALL
) -> list[PackageEntry]:
    """For each group the package that takes the database furthest, until there is none; those that it took."""
    taken: list[PackageEntry] = []
    packages = [one for one in listed(distribution, headquarters, scope).packages if one.rendering == "batches"]
    for group in own_groups(scope.audience):
        while (entry := _next(packages, group.name, database)) is not None:
            manifest, batches = opened(distribution, entry)
            with database.begin() as connection:
                now = TestClock().utc()
                groups = own_groups(scope.audience)
                apply_package(connection, manifest, batches, scope=scope.name, now=now, groups=groups)
            taken.append(entry)
    return taken


def _next(packages: list[PackageEntry], table_group: str, database: Engine) -> PackageEntry | None:
    with database.begin() as connection:
        known = checkpoints(connection).get(table_group)
    at = -1 if known is None else known.version
    further = [one for one in packages if one.table_group == table_group and one.to_version > at]
    deltas = [one for one in further if one.kind == "delta" and one.from_version <= at]
    snapshots = [one for one in further if one.kind == "snapshot"]
    return max(deltas or snapshots, key=lambda one: one.to_version, default=None)


def rows(engine_or_channel: Any, table: Any, scope: Scope = SMALL) -> list[tuple[Any, ...]]:
    """A table's rows in scope, as packages carry them."""
    columns = packaged_columns(table, scope.audience)
    statement = select(*columns).order_by(*table.primary_key.columns)
    if isinstance(engine_or_channel, Channel):
        with engine_or_channel.reading() as connection:
            return [tuple(row) for row in connection.execute(statement.where(in_scope(table, scope)))]
    with engine_or_channel.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def agree(headquarters: Channel, database: Engine, scope: Scope = SMALL) -> None:
    """The database has headquarters' rows in scope, and no others."""
    for group in own_groups(scope.audience):
        for table in group.tables:
            assert rows(database, table, scope) == rows(headquarters, table, scope), table.name
