"""Signed lists: what there is for each scope. A list's number rises with every change; an old one is renewed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Connection, select

from kassa.environment import Environment
from kassa.masterdata import upsert
from kassa.packages.listing import PackageEntry, PackageList, Signed
from kassa.schema.groups import SCHEMA_REVISION
from kassa_server.channel import lock_row
from kassa_server.headquarters.keys import current_key_set, signing_key
from kassa_server.headquarters.scopes import Scope
from kassa_server.headquarters.shelf import for_scope
from kassa_server.schema import package_list

EXPIRES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class StoredList:
    """A list as it is served."""

    number: int
    expires_at: datetime
    signed: Signed


def stored_list(connection: Connection, scope: Scope) -> StoredList | None:
    """The list of a scope; None: none has been made yet."""
    row = connection.execute(select(package_list).where(_at(scope))).first()
    if row is None:
        return None
    return StoredList(row.number, row.expires_at, msgspec.json.decode(row.signed, type=Signed))


def list_is_due(connection: Connection, scope: Scope, environment: Environment) -> bool:
    """Whether what a scope's list says has changed, or half of its time is over."""
    known = connection.execute(select(package_list).where(_at(scope))).first()
    if known is None or known.expires_at - environment.clock.utc() <= EXPIRES_AFTER / 2:
        return True
    return bool(known.contents != _digest(connection, _entries(connection, scope)))


def keep_list(connection: Connection, scope: Scope, environment: Environment) -> None:
    """Make a scope's list anew."""
    now = environment.clock.utc()
    key = signing_key(connection, environment)
    entries = tuple(_entries(connection, scope))
    contents = _digest(connection, entries)
    known = lock_row(connection, select(package_list).where(_at(scope)))
    groups: dict[str, int] = {}
    for entry in entries:
        if entry.rendering == "batches":
            groups[entry.table_group] = max(groups.get(entry.table_group, 0), entry.to_version)
    number = 1 if known is None else known.number + 1
    listed = PackageList(scope.name, scope.audience, number, now, now + EXPIRES_AFTER, SCHEMA_REVISION, groups, entries)
    row = {
        "audience": scope.audience,
        "scope": scope.name,
        "number": number,
        "made_at": now,
        "expires_at": listed.expires_at,
        "contents": contents,
        "signed": msgspec.json.encode(key.sign("package-list", listed)).decode(),
    }
    upsert(connection, package_list, [row])


def _at(scope: Scope) -> ColumnElement[bool]:
    return (package_list.c.audience == scope.audience) & (package_list.c.scope == scope.name)


def _digest(connection: Connection, entries: Sequence[PackageEntry]) -> str:
    """Of what a list says. The key set's number is part of it: a revoked key's lists must go at once."""
    return hashlib.sha256(msgspec.json.encode([entries, current_key_set(connection).number])).hexdigest()


def _entries(connection: Connection, scope: Scope) -> list[PackageEntry]:
    return [
        PackageEntry(
            row.package_id, row.kind, row.rendering, row.table_group, row.from_version, row.to_version, row.rows,
            row.size, row.sha256, msgspec.json.decode(row.versions, type=dict[str, int]),
        )
        for row in for_scope(connection, scope)
    ]  # fmt: skip
