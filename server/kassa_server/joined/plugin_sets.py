"""Registers' sets of plugins, handed on by a joined store server as headquarters signed them.

A set is kept when every wheel in it is here, so that this server can load it before a register asks for it.
"""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from kassa.errors import KassaError
from kassa.packages.errors import ListNotTrusted
from kassa.packages.keys import follow, verify_plugin_set
from kassa.packages.listing import ALL_GROUPS, KeySet, PackageEntry, Signed
from kassa.packages.plugin_sets import LockedWheel
from kassa.text import texts
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_messages import ListsAnswer
from kassa_server.headquarters.keys import PLUGINS, current_key_set
from kassa_server.headquarters.plugins.sets import sets_in_use
from kassa_server.joined.packages import FetchedPackages
from kassa_server.schema import plugin_key_set, plugin_set

_, n_ = texts("kassa_server")


class PluginSetRelay:
    """The sets of this store server's registers."""

    def __init__(self, channel: Channel, packages: FetchedPackages) -> None:
        self._channel = channel
        self._packages = packages

    def numbers(self) -> dict[str, int]:
        """The newest set of each register that is here."""
        newest = func.max(plugin_set.c.number).label("newest")
        with self._channel.reading() as connection:
            rows = connection.execute(select(plugin_set.c.register_id, newest).group_by(plugin_set.c.register_id))
            return {row.register_id: row.newest for row in rows}

    def key_set_number(self) -> int:
        """Of the key set that sets are verified by here."""
        with self._channel.reading() as connection:
            return current_key_set(connection, PLUGINS).number

    def take(self, answer: ListsAnswer) -> None:
        """Keep newer sets. One that cannot be kept leaves the one before in force, and the others go on.

        :raises KassaError: one of them could not be.
        """
        if not self.key_set_number() and (answer.plugin_key_sets or answer.plugin_sets):
            raise ListNotTrusted(
                _("This store server has pinned no keys for plugins. Join headquarters again, with a new code.")
            )
        errors: list[KassaError] = []
        if answer.plugin_key_sets:
            self._follow(answer.plugin_key_sets)
        for register_id, signed in answer.plugin_sets.items():
            try:
                self._take(register_id, signed)
            except KassaError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _take(self, register_id: str, signed: Signed) -> None:
        with self._channel.reading() as connection:
            keys = current_key_set(connection, PLUGINS)
        seen = self.numbers().get(register_id, 0)
        given = verify_plugin_set(signed, keys, seen_number=seen, register_id=register_id)
        for wheel in given.wheels:
            self._packages.fetch(_as_package(wheel))
        row = {
            "register_id": register_id, "number": given.number, "made_at": given.made_at,
            "contents": hashlib.sha256(signed.body).hexdigest(), "signed": msgspec.json.encode(signed).decode(),
        }  # fmt: skip
        with self._channel.writing() as connection:
            mine = (plugin_set.c.register_id == register_id) & (plugin_set.c.number == given.number)
            connection.execute(delete(plugin_set).where(mine))
            connection.execute(insert(plugin_set).values(row))

    def _follow(self, signed: tuple[Signed, ...]) -> None:
        """Keep newer keys, which those that were pinned when it joined have introduced."""
        with self._channel.writing() as connection:
            known = current_key_set(connection, PLUGINS)
            follow(known, signed, "plugin-key-set")
            there = set(connection.execute(select(plugin_key_set.c.number)).scalars())
            for one in signed:
                number = msgspec.json.decode(one.body, type=KeySet).number
                if number not in there:
                    row = {"number": number, "signed": msgspec.json.encode(one).decode()}
                    connection.execute(insert(plugin_key_set).values(row))


def wheels_here(connection: Connection) -> set[str]:
    """The files of wheels that a set needs, by package id."""
    return {wheel.package_id for one in sets_in_use(connection) for wheel in one.wheels}


def _as_package(wheel: LockedWheel) -> PackageEntry:
    """What is fetched and verified as a data package is."""
    return PackageEntry(
        wheel.package_id, "snapshot", "batches", ALL_GROUPS, 0, 0, 0, wheel.size, wheel.sha256
    )  # fmt: skip
