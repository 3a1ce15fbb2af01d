"""Channel database groups as headquarters shows them: which stores are in one, and which databases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from kassa.errors import InvalidInput
from kassa.text import literal, texts
from kassa_server.headquarters.databases import databases_of, group_ids, put_channel_database_group
from kassa_server.schema import channel_database_group, store

_, n_ = texts("kassa_server")

_ID = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_KEPT = _("Nothing was changed.")


@dataclass(frozen=True)
class DatabaseGroup:
    """A channel database group with its stores and the databases that get the same data packages."""

    group_id: str
    name: str
    stores: tuple[Row[Any], ...]
    databases: tuple[Row[Any], ...]


def list_groups(connection: Connection) -> list[DatabaseGroup]:
    """All groups, by name; those without a store too."""
    groups = connection.execute(select(channel_database_group).order_by(channel_database_group.c.name)).all()
    stores: Sequence[Any] = connection.execute(
        select(store.c.store_id, store.c.name, store.c.channel_database_group).order_by(store.c.name)
    ).all()
    databases = databases_of(connection)
    return [
        DatabaseGroup(
            one.group_id,
            one.name,
            tuple(row for row in stores if row.channel_database_group == one.group_id),
            tuple(row for row in databases if row.group_id == one.group_id),
        )
        for one in groups
    ]


def add_group(connection: Connection, group_id: str, name: str) -> None:
    """A new group, without a store.

    :raises InvalidInput: id or name cannot be used, or the id is taken.
    """
    if not _ID.fullmatch(group_id):
        raise InvalidInput(_("A group's id has letters, digits, points and dashes only, at most 40."), kept=_KEPT)
    if not name or len(name) > 100 or not name.isprintable():
        raise InvalidInput(_("A group needs a name of at most {count} characters.", count=100), kept=_KEPT)
    if group_id in group_ids(connection):
        raise InvalidInput(_("There is a channel database group {group} already.", group=literal(group_id)), kept=_KEPT)
    put_channel_database_group(connection, group_id, name)
