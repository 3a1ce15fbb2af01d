"""Offline profiles: a store's, and what a register has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from kassa.errors import NotFound
from kassa.model import OfflineProfile
from kassa.text import Text, literal, texts
from kassa_server.headquarters.profile_fields import read_fields
from kassa_server.schema import offline_profile, register, store
from kassa_server.setup_store import put_offline_profile

_, n_ = texts("kassa_server")


@dataclass(frozen=True)
class Profile:
    """A profile. ``own``: the fields that it sets; ``below``: what holds where it sets nothing."""

    store_id: str
    name: str
    own: Mapping[str, Any]
    below: OfflineProfile
    register_id: str | None = None

    @property
    def key(self) -> str:
        """The key of its row."""
        return f"store {self.store_id}" if self.register_id is None else f"register {self.register_id}"

    @property
    def in_force(self) -> OfflineProfile:
        """What a register goes by."""
        below = msgspec.to_builtins(self.below)
        return msgspec.convert({**below, **self.own}, OfflineProfile, strict=False)


def store_profile(connection: Connection, store_id: str) -> Profile:
    """A store's profile, over the defaults.

    :raises NotFound: there is no such store.
    """
    row = connection.execute(select(store.c.name, store.c.offline_profile).where(store.c.store_id == store_id)).first()
    if row is None:
        raise NotFound(_("There is no store {store}.", store=literal(store_id)))
    return Profile(store_id, row.name, _settings(connection, row.offline_profile), OfflineProfile())


def register_profile(connection: Connection, register_id: str) -> Profile:
    """A register's own settings, over its store's profile.

    :raises NotFound: there is no such register.
    """
    row = connection.execute(
        select(register.c.name, register.c.store_id, register.c.offline_profile).where(
            register.c.register_id == register_id
        )
    ).first()
    if row is None:
        raise NotFound(_("There is no register {register}.", register=literal(register_id)))
    below = store_profile(connection, row.store_id).in_force
    return Profile(row.store_id, row.name, _settings(connection, row.offline_profile), below, register_id)


def all_profiles(connection: Connection) -> list[tuple[Profile, list[Profile]]]:
    """Every store's profile with those of its registers."""
    stores = connection.execute(select(store.c.store_id).order_by(store.c.name, store.c.store_id)).scalars().all()
    registers = connection.execute(
        select(register.c.register_id, register.c.store_id).order_by(register.c.name, register.c.register_id)
    ).all()
    return [
        (
            store_profile(connection, one),
            [register_profile(connection, row.register_id) for row in registers if row.store_id == one],
        )
        for one in stores
    ]


def set_profile(connection: Connection, profile: Profile, typed: Mapping[str, str]) -> dict[str, Text]:
    """Set a profile to what was typed, if all of it can be read. What is wrong, by field; then nothing is changed.

    It takes effect at each register's next synchronisation.
    """
    settings, faults = read_fields(typed)
    if not faults:
        put_offline_profile(connection, profile.store_id, msgspec.to_builtins(settings), profile.register_id)
    return faults


def _settings(connection: Connection, name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    found = connection.execute(select(offline_profile.c.settings).where(offline_profile.c.offline_profile == name))
    known = set(OfflineProfile.__struct_fields__)
    stored: dict[str, Any] = msgspec.json.decode(found.scalar() or "{}")
    own = {field: value for field, value in stored.items() if field in known}
    return {field: getattr(msgspec.convert({field: value}, OfflineProfile, strict=False), field)
            for field, value in own.items()}  # fmt: skip
