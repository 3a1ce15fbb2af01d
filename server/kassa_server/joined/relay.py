"""Headquarters' packages for offline databases, handed on to this store server's registers as they are.

Lists and packages are kept here as headquarters signed them, so registers are served while it is away; they verify the
signatures themselves, and a store server cannot forge one. A list is handed on when every package in it is here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, delete, insert, select

from kassa.errors import KassaError, NotFound
from kassa.masterdata import upsert
from kassa.packages.keys import verify_list
from kassa.packages.listing import PackageEntry, PackageList, Signed
from kassa.text import literal, texts
from kassa_server.channel import Channel
from kassa_server.headquarters.lists import stored_list
from kassa_server.headquarters.package_files import StoredFile
from kassa_server.headquarters.scopes import Scope, scope_for, scope_of_store
from kassa_server.joined.packages import FetchedPackages
from kassa_server.joined.pins import Pins
from kassa_server.joined.plugin_sets import wheels_here
from kassa_server.schema import package, package_list
from kassa_server.schema.groups import groups_for

_, n_ = texts("kassa_server")


class Relay:
    """What a joined store server has for its registers, in place of a distribution of its own."""

    def __init__(self, channel: Channel, pins: Pins, packages: FetchedPackages) -> None:
        self._channel = channel
        self._pins = pins
        self._packages = packages
        self._lost = False

    def find_file(self, package_id: str) -> StoredFile | None:
        """The file of a package that is here."""
        return self._packages.files.find(package_id)

    def make_again(self, package_id: str) -> None:
        """Have the lists sent anew with the next round, and whatever they name and is not here fetched."""
        self._lost = True

    def list_for(self, scope: Scope) -> tuple[int, Signed]:
        """The number and the list of a store's registers, as headquarters signed it.

        :raises NotFound: headquarters has not given it yet, or makes none.
        """
        with self._channel.reading() as connection:
            found = stored_list(connection, scope)
        if found is None:
            raise NotFound(
                _("Headquarters has made no data packages for {scope} yet.", scope=literal(scope.name)),
                hint=_("Wait a while; support looks at: kassa server status"),
            )
        return found.number, found.signed

    def numbers(self) -> dict[str, int]:
        """The numbers of the lists that are here, by store; none while a file of theirs has gone."""
        if self._lost:
            return {}
        return self._numbers()

    def _numbers(self) -> dict[str, int]:
        with self._channel.reading() as connection:
            rows = connection.execute(select(package_list.c.scope, package_list.c.number))
            return {row.scope: row.number for row in rows}

    def take(self, lists: Mapping[str, Signed]) -> None:
        """Hand on newer lists, each once all that it lists is here. One that cannot be handed on leaves the one before
        in force, and the others go on.

        :raises KassaError: one of them could not be.
        """
        errors = []
        for store_id, signed in lists.items():
            try:
                self._take(store_id, signed)
            except KassaError as error:
                errors.append(error)
        if lists:
            self._forget()
        if errors:
            raise errors[0]
        if lists:
            self._lost = False

    def _take(self, store_id: str, signed: Signed) -> None:
        seen = self._numbers().get(store_id, 0)
        listed = verify_list(signed, self._pins.key_set, seen_number=seen, scope=store_id)
        for entry in listed.packages:
            self._packages.fetch(entry)
        with self._channel.writing() as connection:
            _keep_entries(connection, scope_of_store(store_id), listed)
            upsert(connection, package_list, [_list_row(listed, signed)])

    def _forget(self) -> None:
        """Remove packages that are in no list any more, and their files."""
        with self._channel.writing() as connection:
            wanted: set[str] = set()
            for document in connection.execute(select(package_list.c.signed)).scalars():
                body = msgspec.json.decode(document, type=Signed).body
                wanted.update(entry.package_id for entry in msgspec.json.decode(body, type=PackageList).packages)
            known = set(connection.execute(select(package.c.package_id)).scalars())
            for package_id in known - wanted:
                connection.execute(delete(package).where(package.c.package_id == package_id))
            wanted |= wheels_here(connection)
        self._packages.keep_only(wanted)


def _keep_entries(connection: Connection, scope: Scope, listed: PackageList) -> None:
    known = set(connection.execute(select(package.c.package_id)).scalars())
    places = {group.name: scope_for(group, scope) for group in groups_for("offline", connection)}
    rows = [
        _row(entry, places.get(entry.table_group, scope), listed)
        for entry in listed.packages
        if entry.package_id not in known
    ]
    if rows:
        connection.execute(insert(package), rows)


def _row(entry: PackageEntry, its_own: Scope, listed: PackageList) -> dict[str, object]:
    """What is known of no table group here (a whole database, a plugin that has not been loaded) is its store's."""
    fields = msgspec.structs.asdict(entry)
    versions = msgspec.json.encode(fields.pop("versions")).decode()
    place = {"audience": its_own.audience, "scope": its_own.name}
    return {**fields, **place, "versions": versions, "made_at": listed.made_at}


def _list_row(listed: PackageList, signed: Signed) -> dict[str, object]:
    return {
        "audience": listed.audience,
        "scope": listed.scope,
        "number": listed.number,
        "made_at": listed.made_at,
        "expires_at": listed.expires_at,
        "contents": hashlib.sha256(signed.body).hexdigest(),
        "signed": msgspec.json.encode(signed).decode(),
    }
