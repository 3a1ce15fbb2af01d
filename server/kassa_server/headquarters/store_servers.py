"""Store servers as headquarters sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from kassa_server.headquarters.channel_messages import StoreServerReport
from kassa_server.schema import store_server


@dataclass(frozen=True)
class StoreServerStatus:
    """A store server that has joined, and its last report.

    :param state: active, replaced or revoked.
    :param contact_at: when it was last heard of.
    """

    store_server_id: str
    database_id: str
    name: str
    stores: tuple[str, ...]
    state: str
    joined_at: datetime
    contact_at: datetime | None
    address: str
    report: StoreServerReport


def joined_store_servers(connection: Connection) -> list[StoreServerStatus]:
    """All of them, by name."""
    rows = connection.execute(select(store_server).order_by(store_server.c.name, store_server.c.joined_at))
    return [
        StoreServerStatus(
            row.store_server_id,
            row.database_id,
            row.name,
            msgspec.json.decode(row.stores, type=tuple[str, ...]),
            "revoked" if row.revoked_at else "replaced" if row.replaced_at else "active",
            row.joined_at,
            row.contact_at,
            row.address,
            StoreServerReport() if row.report is None else msgspec.json.decode(row.report, type=StoreServerReport),
        )
        for row in rows
    ]
