"""Scopes: whose rows a database gets. An offline database gets its store's rows and those of no store; a channel
database those of every store in its channel database group."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, select, true

from kassa.schema.groups import Audience, TableGroup
from kassa.schema.master import staff
from kassa_server.schema import (
    activation_code,
    channel_database,
    channel_database_group,
    device_revocation,
    register,
    register_plugin,
    staff_credential,
    store,
    store_staff,
)
from kassa_server.schema.databases import ACTIVE, CHANNEL, OFFLINE

PLACED_BY_OTHERS = frozenset({staff, staff_credential, register_plugin, channel_database, channel_database_group})
"""Tables whose own rows do not say which stores get them. When a store gets one or loses it, the log says so under that
store (:func:`kassa_server.master_data.touch_row`)."""


@dataclass(frozen=True)
class Scope:
    """Whose rows packages hold.

    :param name: an offline database's store, a channel database's group; empty: rows of no store alone.
    :param stores: whose rows these are.
    """

    audience: Audience
    name: str
    stores: tuple[str, ...] = ()


EVERYBODY = Scope("offline", "")
"""Of table groups that are the same for every database: rendered once, for offline and channel databases alike."""


def scope_of_store(store_id: str) -> Scope:
    """What the offline databases of a store's registers get."""
    return Scope("offline", store_id, (store_id,))


def scope_of_group(connection: Connection, group_id: str) -> Scope:
    """What the channel databases of a channel database group get."""
    mine = select(store.c.store_id).where(store.c.channel_database_group == group_id).order_by(store.c.store_id)
    return Scope("channel", group_id, tuple(connection.execute(mine).scalars()))


def scope_for(group: TableGroup, scope: Scope) -> Scope:
    """The scope of a table group's packages for databases of ``scope``."""
    if group.per_store:
        return scope
    return EVERYBODY if group.audience == "offline" else Scope(group.audience, "")


def active_scopes(connection: Connection, group_id: str | None = None) -> list[Scope]:
    """The scopes that active databases have, of one channel database group or of all."""
    in_use = channel_database.c
    wanted = in_use.state == ACTIVE
    if group_id is not None:
        wanted &= in_use.group_id == group_id
    stores = (
        select(register.c.store_id)
        .join(channel_database, in_use.register_id == register.c.register_id)
        .where(wanted, in_use.kind == OFFLINE)
        .distinct()
        .order_by(register.c.store_id)
    )
    groups = select(in_use.group_id).where(wanted, in_use.kind == CHANNEL).distinct().order_by(in_use.group_id)
    return [
        *map(scope_of_store, connection.execute(stores).scalars()),
        *(scope_of_group(connection, found) for found in connection.execute(groups).scalars().all()),
    ]


def in_scope(table: Table, scope: Scope) -> ColumnElement[bool]:
    """Which rows of a table databases of that scope get."""
    if table in (staff, staff_credential):
        works_here = select(store_staff.c.staff_id).where(store_staff.c.store_id.in_(scope.stores))
        return table.c.staff_id.in_(works_here)
    if table in (register_plugin, activation_code, device_revocation):
        mine = select(register.c.register_id).where(register.c.store_id.in_(scope.stores))
        return table.c.register_id.in_(mine)
    if table in (channel_database, channel_database_group):
        of_group: ColumnElement[bool] = table.c.group_id == scope.name
        return of_group
    if "store_id" in table.c:
        here: ColumnElement[bool] = table.c.store_id.in_(("", *scope.stores))
        return here
    return true()


def of_stores(scope: Scope, store_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Which lines of the log of changes may concern a scope."""
    return store_id.in_(("", *scope.stores))
