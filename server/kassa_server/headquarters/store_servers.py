"""Store servers as headquarters sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from kassa.errors import NotAllowed, NotFound
from kassa.text import literal, texts
from kassa_server.headquarters.channel_messages import StoreServerReport
from kassa_server.schema import channel_database, device, register, store, store_server

_, n_ = texts("kassa_server")


@dataclass(frozen=True)
class StoreServerStatus:
    """A store server that has joined, and its last report.

    :param state: active, replaced or revoked.
    :param contact_at: when it was last heard of.
    """

    store_server_id: str
    database_id: str
    name: str
    group: str
    state: str
    joined_at: datetime
    contact_at: datetime | None
    address: str
    fingerprint: str
    report: StoreServerReport


def joined_store_servers(connection: Connection) -> list[StoreServerStatus]:
    """All of them, by name."""
    joined = store_server.join(channel_database, channel_database.c.database_id == store_server.c.database_id)
    statement = select(store_server, channel_database.c.group_id).select_from(joined)
    rows = connection.execute(statement.order_by(store_server.c.name, store_server.c.joined_at))
    return [
        StoreServerStatus(
            row.store_server_id,
            row.database_id,
            row.name,
            row.group_id,
            "revoked" if row.revoked_at else "replaced" if row.replaced_at else "active",
            row.joined_at,
            row.contact_at,
            row.address,
            row.fingerprint,
            StoreServerReport() if row.report is None else msgspec.json.decode(row.report, type=StoreServerReport),
        )
        for row in rows
    ]


def store_server_of(connection: Connection, register_id: str, name: str | None = None) -> StoreServerStatus | None:
    """The store server that serves a register; None: none that has joined.

    :param name: of one of those that serve its store; None: the only one, or where the register was last active.
    :raises NotFound: none of that name serves it.
    :raises NotAllowed: several serve its store, and the register has been active at none of them.
    """
    mine = select(store.c.channel_database_group).join(register, register.c.store_id == store.c.store_id)
    group = connection.execute(mine.where(register.c.register_id == register_id)).scalar()
    serving = [one for one in joined_store_servers(connection) if one.group == group and one.state == "active"]
    if name is not None:
        serving = [one for one in serving if one.name == name]
        if not serving:
            raise NotFound(_("There is no store server {store_server}.", store_server=literal(name)))
    if len(serving) < 2:
        return serving[0] if serving else None
    latest = select(device.c.served_by).where(device.c.register_id == register_id)
    at = connection.execute(latest.order_by(device.c.activated_at.desc())).scalar()
    for one in serving:
        if one.database_id == at:
            return one
    raise NotAllowed(
        _("Several store servers serve the store of register {register}.", register=literal(register_id)),
        hint=_("Say which: kassa activation-code REGISTER --store-server NAME"),
    )
