"""Table groups of channel databases: those of offline databases, and what only a store server may know."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from kassa.plugin_tables import PluginTable
from kassa.schema.groups import TABLE_GROUPS, Audience, TableGroup, group_of
from kassa.schema.master import inventory, permission_group, staff, tender_account
from kassa.schema.plugin_tables import groups_of_plugins
from kassa_server.schema.databases import channel_database, channel_database_group
from kassa_server.schema.devices import activation_code, device_revocation
from kassa_server.schema.organisation import (
    layout,
    layout_button,
    offline_profile,
    register,
    register_plugin,
    staff_credential,
    store,
    store_staff,
    tender,
)
from kassa_server.schema.plugin_tables import plugin_table

CHANNEL_GROUPS: tuple[TableGroup, ...] = (
    group_of("customers"),
    TableGroup("accounts", (tender_account,), audience="channel"),
    TableGroup("inventory", (inventory,), audience="channel"),
    group_of("prices"),
    group_of("products"),
    TableGroup("staff", (permission_group, staff, store_staff, staff_credential), per_store=True, audience="channel"),
    TableGroup(
        "channel",
        (channel_database_group, channel_database, store, offline_profile, layout, layout_button),
        per_store=True,
        audience="channel",
    ),
    group_of("taxes"),
    TableGroup("tenders", (tender,), per_store=True, audience="channel"),
    TableGroup(
        "registers",
        (register, register_plugin, activation_code, device_revocation),
        per_store=True,
        audience="channel",
    ),
)
"""What a channel database apart from headquarters gets. Groups that are the same for both (customers, products, taxes)
are rendered once, for offline databases, and served to channel databases too."""


def own_groups(audience: Audience) -> tuple[TableGroup, ...]:
    """Kassa's own table groups that databases of a kind hold."""
    return CHANNEL_GROUPS if audience == "channel" else TABLE_GROUPS


def groups_for(audience: Audience, connection: Connection) -> tuple[TableGroup, ...]:
    """The table groups that databases of a kind hold: Kassa's own, and plugins'."""
    return (*own_groups(audience), *plugin_groups(connection, channel=audience == "channel"))


def plugin_groups(connection: Connection, *, channel: bool = False) -> tuple[TableGroup, ...]:
    """The table groups of plugins whose tables this database has.

    :param channel: as channel databases hold them.
    """
    found = connection.execute(select(plugin_table.c.plugin, plugin_table.c.declaration))
    declared = [(row.plugin, msgspec.json.decode(row.declaration, type=PluginTable)) for row in found]
    return groups_of_plugins(declared, channel=channel)
