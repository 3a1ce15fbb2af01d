"""Table groups of channel databases: those of offline databases, and what only a store server may know."""

from __future__ import annotations

from kassa.schema.groups import TABLE_GROUPS, Audience, TableGroup, group_of
from kassa.schema.master import inventory, permission_group, staff, tender_account
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


def groups_for(audience: Audience) -> tuple[TableGroup, ...]:
    """The table groups that databases of a kind hold."""
    return CHANNEL_GROUPS if audience == "channel" else TABLE_GROUPS
