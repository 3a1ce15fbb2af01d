"""What headquarters gives store servers: signed lists for their channel databases and for their registers' offline
databases, and the packages in them."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, select

from kassa.errors import NotFound
from kassa.packages.listing import Signed
from kassa.text import texts
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_door import JoinedServer
from kassa_server.headquarters.channel_messages import ListsAnswer, ListsRequest
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.keys import PLUGINS, key_sets_after
from kassa_server.headquarters.package_files import StoredFile
from kassa_server.headquarters.plugins.sets import newest_set, wheel_for
from kassa_server.headquarters.reports import keep_report, note_polled
from kassa_server.headquarters.scopes import scope_of_group, scope_of_store
from kassa_server.headquarters.session_orders import orders_for
from kassa_server.headquarters.shelf import find_package
from kassa_server.schema import register

_, n_ = texts("kassa_server")


def lists_for(channel: Channel, distribution: Distribution, caller: JoinedServer, asked: ListsRequest) -> ListsAnswer:
    """The lists that a store server does not have yet.

    :raises NotFound: its channel database is not active.
    """
    with channel.reading() as connection:
        scope = scope_of_group(connection, caller.group)
        key_sets = key_sets_after(connection, asked.keys)
        mine = _registers(connection, caller)
        orders = {register_id: orders_for(connection, register_id) for register_id in mine}
        plugins = _plugin_sets(connection, mine, asked)
        plugin_keys = key_sets_after(connection, asked.plugin_keys, PLUGINS)
    number, signed = distribution.list_for(scope)
    offline: dict[str, Signed] = {}
    for store_id in scope.stores:
        with suppress(NotFound):
            its_number, its_list = distribution.list_for(scope_of_store(store_id))
            if its_number != asked.offline.get(store_id):
                offline[store_id] = its_list
    own = None if number == asked.seen else signed
    given = {register_id: wanted for register_id, wanted in orders.items() if wanted}
    return ListsAnswer(caller.group, scope.stores, own, offline, key_sets, given, plugins, plugin_keys)


def _plugin_sets(connection: Connection, register_ids: list[str], asked: ListsRequest) -> dict[str, Signed]:
    """The registers' sets of plugins that a store server does not have."""
    found = {register_id: newest_set(connection, register_id) for register_id in register_ids}
    return {
        register_id: newest[1]
        for register_id, newest in found.items()
        if newest is not None and newest[0] != asked.plugin_sets.get(register_id)
    }


def _registers(connection: Connection, caller: JoinedServer) -> list[str]:
    mine = select(register.c.register_id).where(register.c.store_id.in_(caller.stores))
    return list(connection.execute(mine).scalars())


def keep_reports(channel: Channel, caller: JoinedServer, asked: ListsRequest) -> None:
    """Keep what a store server and its registers tell of their synchronisation; of other stores' registers nothing."""
    if asked.report is not None:
        keep_report(channel, caller.database_id, asked.report)
    with channel.reading() as connection:
        mine = set(_registers(connection, caller))
    for told in asked.reports:
        if told.register_id in mine:
            keep_report(channel, told.register_id, told.report)
            note_polled(channel, told.register_id, told.polled_at)


def package_file(channel: Channel, distribution: Distribution, caller: JoinedServer, package_id: str) -> StoredFile:
    """The file of a package that a store server may fetch, for itself or for its registers.

    :raises NotFound: there is none, or not any more.
    """
    with channel.reading() as connection:
        scopes = [scope_of_group(connection, caller.group), *map(scope_of_store, caller.stores)]
        known = any(find_package(connection, package_id, scope) is not None for scope in scopes)
        is_wheel = wheel_for(connection, package_id, _registers(connection, caller)) is not None
    file = distribution.find_file(package_id) if known or is_wheel else None
    if known and file is None:
        distribution.make_again(package_id)
    if file is None:
        raise NotFound(_("There is no such data package any more."), where=package_id[:40])
    return file
