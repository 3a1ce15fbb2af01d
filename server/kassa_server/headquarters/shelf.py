"""The shelf: which packages there are. One that is replaced stays readable for a day, for whoever is fetching it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from kassa_server.headquarters.scopes import Scope, scope_for
from kassa_server.schema import package
from kassa_server.schema.groups import groups_for

if TYPE_CHECKING:
    from kassa_server.headquarters.building import MadePackage

DELTAS_FOR = timedelta(days=7)
"""How long a delta stays in the list: a register that was away longer takes the merged one, or a snapshot."""


def on_shelf(connection: Connection, scope: Scope, table_group: str) -> list[Row[Any]]:
    """The packages of a table group for a scope."""
    wanted = _at(scope) & (package.c.table_group == table_group) & package.c.retired_at.is_(None)
    return list(connection.execute(select(package).where(wanted)))


def for_scope(connection: Connection, scope: Scope) -> list[Row[Any]]:
    """Every package that databases of a scope may fetch now."""
    wanted = _served_to(connection, scope) & package.c.retired_at.is_(None)
    return list(connection.execute(select(package).where(wanted).order_by(package.c.to_version, package.c.package_id)))


def find_package(connection: Connection, package_id: str, scope: Scope) -> Row[Any] | None:
    """A package that databases of a scope may fetch; one that was replaced lately too."""
    wanted = (package.c.package_id == package_id) & _served_to(connection, scope)
    return connection.execute(select(package).where(wanted)).first()


def retire_scope(connection: Connection, scope: Scope, now: datetime) -> None:
    """Offer a scope's own packages no more: which rows belong to it has changed, so its databases take snapshots."""
    _retire_where(connection, _at(scope) & package.c.retired_at.is_(None), now)


def _at(scope: Scope) -> ColumnElement[bool]:
    return (package.c.audience == scope.audience) & (package.c.scope == scope.name)


def _served_to(connection: Connection, scope: Scope) -> ColumnElement[bool]:
    """A scope's own packages, and those that are the same for every database."""
    groups = groups_for(scope.audience, connection)
    return or_(*(_at(one) for one in {scope_for(group, scope): None for group in groups}))


def keep_packages(connection: Connection, made: Sequence[MadePackage], now: datetime) -> list[str]:
    """Make packages visible, and retire what they replace. Ids of those that somebody else has made meanwhile."""
    doubled = []
    for one in made:
        known = on_shelf(connection, one.scope, one.entry.table_group)
        if any(_same(row, one) for row in known):
            doubled.append(one.entry.package_id)
            continue
        retire(connection, [row.package_id for row in known if _replaces(one, row, now)], now)
        fields = msgspec.structs.asdict(one.entry)
        versions = msgspec.json.encode(fields.pop("versions")).decode()
        row = {**fields, "versions": versions, "scope": one.scope.name, "audience": one.scope.audience}
        row["made_at"] = now
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


def retire(connection: Connection, package_ids: Sequence[str], now: datetime) -> int:
    """Take packages off the lists; whoever is fetching one may do so for a day. How many were on one."""
    if not package_ids:
        return 0
    return _retire_where(connection, package.c.package_id.in_(package_ids) & package.c.retired_at.is_(None), now)


def _retire_where(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    return connection.execute(update(package).where(which).values(retired_at=now)).rowcount


def packages_gone(connection: Connection, before: datetime) -> list[str]:
    """Forget packages that were retired before a time; their ids."""
    old = package.c.retired_at < before
    gone = list(connection.execute(select(package.c.package_id).where(old)).scalars())
    connection.execute(delete(package).where(old))
    return gone
