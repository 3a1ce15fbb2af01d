"""The keys of headquarters as a joined store server has pinned them: followed as they change, in its data directory for
itself, and in its channel database to be handed on to registers, which pin them too."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import Table, select

from kassa.masterdata import upsert
from kassa.packages.keys import follow
from kassa.packages.listing import KeySet, Signed
from kassa_server.channel import Channel
from kassa_server.joined.membership import Membership
from kassa_server.schema import headquarters_key_set, plugin_key_set


class Pins:
    """The pinned key set."""

    def __init__(self, channel: Channel, membership: Membership, folder: Path) -> None:
        self._channel = channel
        self._membership = membership
        self._folder = folder
        self.key_set: KeySet = membership.key_set

    def hand_on(self) -> None:
        """See that the channel database has every key set: a new database, or a restored one, may not."""
        self._hand_on(headquarters_key_set, self._membership.key_sets)
        self._hand_on(plugin_key_set, self._membership.plugin_key_sets)

    def _hand_on(self, table: Table, key_sets: tuple[Signed, ...]) -> None:
        with self._channel.reading() as connection:
            known = set(connection.execute(select(table.c.number)).scalars())
        rows = [
            {"number": number, "signed": msgspec.json.encode(signed).decode()}
            for signed in key_sets
            if (number := msgspec.json.decode(signed.body, type=KeySet).number) not in known
        ]
        if rows:
            with self._channel.writing() as connection:
                upsert(connection, table, rows)

    def follow(self, key_sets: tuple[Signed, ...]) -> None:
        """Go on to newer key sets.

        :raises kassa.packages.errors.ListNotTrusted: one of them is not signed by the one before.
        """
        following = follow(self.key_set, key_sets)
        if following.number == self.key_set.number:
            return
        news = tuple(
            signed for signed in key_sets if msgspec.json.decode(signed.body, type=KeySet).number > self.key_set.number
        )
        self._membership = msgspec.structs.replace(self._membership, key_sets=(*self._membership.key_sets, *news))
        self._membership.keep(self._folder)
        self.key_set = following
        self.hand_on()
