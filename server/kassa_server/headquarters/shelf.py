"""The shelf: which packages there are. One that is replaced stays readable for a day, for whoever is fetching it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from kassa_server.schema import package

if TYPE_CHECKING:
    from kassa_server.headquarters.building import MadePackage

DELTAS_FOR = timedelta(days=7)
"""How long a delta stays in the list: a register that was away longer takes the merged one, or a snapshot."""


def on_shelf(connection: Connection, scope: str, table_group: str) -> list[Row[Any]]:
    """The packages of a table group for a store."""
    kept = package.c
    wanted = (kept.scope == scope) & (kept.table_group == table_group) & kept.retired_at.is_(None)
    return list(connection.execute(select(package).where(wanted)))


def for_store(connection: Connection, scope: str) -> list[Row[Any]]:
    """Every package that a store's registers may fetch now."""
    wanted = package.c.scope.in_(("", scope)) & package.c.retired_at.is_(None)
    return list(connection.execute(select(package).where(wanted).order_by(package.c.to_version, package.c.package_id)))


def find_package(connection: Connection, package_id: str, scope: str) -> Row[Any] | None:
    """A package that a store's registers may fetch; one that was replaced lately too."""
    wanted = (package.c.package_id == package_id) & package.c.scope.in_(("", scope))
    return connection.execute(select(package).where(wanted)).first()


def keep_packages(connection: Connection, made: Sequence[MadePackage], now: datetime) -> list[str]:
    """Make packages visible, and retire what they replace. Ids of those that somebody else has made meanwhile."""
    doubled = []
    for one in made:
        known = on_shelf(connection, one.scope, one.entry.table_group)
        if any(_same(row, one) for row in known):
            doubled.append(one.entry.package_id)
            continue
        _retire(connection, [row.package_id for row in known if _replaces(one, row, now)], now)
        fields = msgspec.structs.asdict(one.entry)
        versions = msgspec.json.encode(fields.pop("versions")).decode()
        row = {**fields, "versions": versions, "scope": one.scope, "audience": "offline", "made_at": now}
        connection.execute(insert(package).values(row))
    return doubled


def _same(row: Row[Any], one: MadePackage) -> bool:
    entry = one.entry
    return (row.kind, row.rendering, row.from_version, row.to_version) == (
        entry.kind, entry.rendering, entry.from_version, entry.to_version,
    )  # fmt: skip


def _replaces(one: MadePackage, row: Row[Any], now: datetime) -> bool:
    """A snapshot replaces the one before it, a merged delta the one that began where it begins; deltas grow old."""
    entry = one.entry
    if row.kind != entry.kind or row.rendering != entry.rendering:
        return False
    if entry.kind == "snapshot":
        return bool(row.to_version <= entry.to_version)
    old: bool = row.made_at < now - DELTAS_FOR
    return old or (row.from_version == entry.from_version and row.to_version < entry.to_version)


def _retire(connection: Connection, package_ids: Sequence[str], now: datetime) -> None:
    if package_ids:
        connection.execute(update(package).where(package.c.package_id.in_(package_ids)).values(retired_at=now))


def packages_gone(connection: Connection, before: datetime) -> list[str]:
    """Forget packages that were retired before a time; their ids."""
    old = package.c.retired_at < before
    gone = list(connection.execute(select(package.c.package_id).where(old)).scalars())
    connection.execute(delete(package).where(old))
    return gone
