"""Channel database groups, and the databases in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from kassa.errors import NotAllowed, NotFound
from kassa.text import literal, texts
from kassa_server.headquarters.scopes import scope_of_group
from kassa_server.headquarters.shelf import retire_scope
from kassa_server.master_data import put_rows
from kassa_server.schema import channel_database, channel_database_group, register, store
from kassa_server.schema.databases import ACTIVE, CHANNEL, RETIRED

_, n_ = texts("kassa_server")


def put_channel_database_group(connection: Connection, group_id: str, name: str) -> None:
    """Create a channel database group, or change its name."""
    put_rows(connection, channel_database_group, [{"group_id": group_id, "name": name}])


def put_channel_database(connection: Connection, database_id: str, group_id: str, name: str, now: datetime) -> None:
    """Add a store server's channel database to a group: data packages are made for it from now on.

    :raises NotFound: there is no such group.
    :raises NotAllowed: a register's offline database, or one of another group, has that id.
    """
    _check_group(connection, group_id)
    known = _database(connection, database_id)
    if known is not None and (known.kind, known.group_id) != (CHANNEL, group_id):
        raise NotAllowed(_("There is another database {database}.", database=literal(database_id)))
    row: dict[str, Any] = {"database_id": database_id, "kind": CHANNEL, "group_id": group_id, "register_id": None}
    row |= {"name": name, "state": ACTIVE, "retired_at": None, "made_at": now if known is None else known.made_at}
    put_rows(connection, channel_database, [row], store_id="")


def retire_channel_database(connection: Connection, database_id: str, now: datetime) -> None:
    """Make no data packages for a store server's channel database any more.

    :raises NotFound: there is none with that id.
    """
    known = _database(connection, database_id)
    if known is None or known.kind != CHANNEL:
        raise NotFound(_("There is no channel database {database}.", database=literal(database_id)))
    row = {"database_id": database_id, "state": RETIRED, "retired_at": now}
    put_rows(connection, channel_database, [row], store_id="")


def move_store(connection: Connection, store_id: str, group_id: str, now: datetime) -> None:
    """Put a store, with its registers' offline databases, into another channel database group. The channel databases of
    both groups take snapshots at the next distribution.

    :raises NotFound: there is no such store or group.
    """
    _check_group(connection, group_id)
    found = connection.execute(select(store.c.channel_database_group).where(store.c.store_id == store_id)).scalar()
    if found is None:
        raise NotFound(_("There is no store {store}.", store=literal(store_id)))
    if found == group_id:
        return
    put_rows(connection, store, [{"store_id": store_id, "channel_database_group": group_id}])
    moved = [
        {"database_id": row.database_id, "group_id": group_id}
        for row in databases_of(connection, found)
        if row.kind != CHANNEL and row.store_id == store_id
    ]
    if moved:
        put_rows(connection, channel_database, moved, store_id=store_id)
    for one in (found, group_id):
        retire_scope(connection, scope_of_group(connection, one), now)


def databases_of(connection: Connection, group_id: str | None = None) -> Sequence[Row[Any]]:
    """The databases of a group, or of all, by id; ``store_id`` is that of an offline database's register."""
    joined = channel_database.outerjoin(register, register.c.register_id == channel_database.c.register_id)
    statement = select(channel_database, register.c.store_id).select_from(joined)
    if group_id is not None:
        statement = statement.where(channel_database.c.group_id == group_id)
    return connection.execute(statement.order_by(channel_database.c.database_id)).all()


def group_ids(connection: Connection) -> list[str]:
    """The ids of all channel database groups."""
    own = channel_database_group.c.group_id
    return list(connection.execute(select(own).order_by(own)).scalars())


def _database(connection: Connection, database_id: str) -> Row[Any] | None:
    mine = channel_database.c.database_id == database_id
    return connection.execute(select(channel_database).where(mine)).first()


def _check_group(connection: Connection, group_id: str) -> None:
    known = channel_database_group.c.group_id == group_id
    if connection.execute(select(channel_database_group.c.group_id).where(known)).first() is None:
        raise NotFound(_("There is no channel database group {group}.", group=literal(group_id)))
