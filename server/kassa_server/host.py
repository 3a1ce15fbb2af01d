"""The commerce runtime in the store server: core handlers, the server's own, and those of every plugin that any of
its registers runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection, Table, select

from kassa.errors import InvalidInput, NotServed
from kassa.model import EnabledPlugin
from kassa.plugins import PluginHost
from kassa.requests import HANDLERS
from kassa.runtime.channel_records import ChannelRecords
from kassa.runtime.request import Command, Credentials, Request, RequestContext, Side, no_series
from kassa.runtime.runtime import Runtime
from kassa.schema.master import former_customer_number
from kassa.text import texts
from kassa_server.channel import Channel
from kassa_server.commands import CommandCall, Outcome, do_once
from kassa_server.credentials import ChannelCredentials, credentials_of
from kassa_server.customer_numbers import follow_number, next_number
from kassa_server.door import Caller
from kassa_server.headquarters.changes import Author, changes_by
from kassa_server.master_data import put_rows, remove_row
from kassa_server.plugin_tables import Declared, TablesOf, declare_tables, tables_of
from kassa_server.record import read_store
from kassa_server.row_keys import row_key
from kassa_server.schema import register_plugin
from kassa_server.served_plugins import ServedPlugins
from kassa_server.server_handlers import SERVER_HANDLERS, ServerContext

_, n_ = texts("kassa_server")


@dataclass(frozen=True)
class Call:
    """A request on its way to its handler: ``body`` is its JSON."""

    name: str
    body: bytes
    context: RequestContext
    caller: Caller | None = None


Noting = Callable[[Connection, str, Table, str], AbstractContextManager[None]]
"""Connection, command id, table, and the row's key (:mod:`kassa_server.row_keys`)."""


class Host:
    """Runs requests on the channel database.

    :param plugins: their entry point names; None: all that the registers in the database have.
    :param noting: entered around each row that a command writes or removes.
    """

    def __init__(self, channel: Channel, plugins: Sequence[str] | None = None, noting: Noting | None = None) -> None:
        self._channel = channel
        self.served: ServedPlugins | None = None
        """Plugins from wheels; None: this server has none of their files."""
        self._noting = noting
        self._follows_registers = plugins is None
        self._loading = threading.Lock()
        self._undeclared: list[Declared] = []
        self._load(self._names() if plugins is None else list(plugins))
        self._has_news = False

    def has_news(self) -> bool:
        """Whether something may be served that was not the last time this was asked."""
        news, self._has_news = self._has_news, False
        return (self.served is not None and self.served.has_news()) or news

    def close(self) -> None:
        """Forget plugins from wheels."""
        if self.served is not None:
            self.served.close()

    def _load(self, names: list[str]) -> None:
        plugins = PluginHost([EnabledPlugin(name) for name in names])
        own = [("kassa", handler) for handler in (*HANDLERS, *SERVER_HANDLERS)]
        runtime = Runtime([*own, *plugins.hooks.register_handlers()])
        log = structlog.get_logger("kassa.server")
        for refused in runtime.refused:
            log.error("handler_refused", plugin=refused.plugin, what=str(refused.what))
        self._loaded, self.plugins, self.runtime = names, plugins, runtime
        self._undeclared = tables_of(plugins)
        self._declare()

    def _declare(self) -> None:
        """The tables of installed plugins; later, if something is being written just now."""
        if not self._undeclared or self._channel.is_writing:
            return
        declared, self._undeclared = self._undeclared, []
        for refused in declare_tables(self._channel, declared):
            structlog.get_logger("kassa.server").error("table_refused", plugin=refused.plugin, what=refused.why)

    def _serves(self, name: str) -> bool:
        """Whether a request is served here; the plugins of registers that were set up meanwhile are loaded first."""
        self._declare()
        if self.runtime.serves(name, Side.STORE_SERVER):
            return True
        if not self._loading.acquire(blocking=not self._channel.is_writing):
            self._has_news = True  # who loads may wait for this very transaction: not now, and again later
            return False
        try:
            names = self._names() if self._follows_registers else self._loaded
            if names != self._loaded:
                self._load(names)
                self._has_news = True
        finally:
            self._loading.release()
        return self.runtime.serves(name, Side.STORE_SERVER)

    def _names(self) -> list[str]:
        with self._channel.reading() as connection:
            statement = select(register_plugin.c.name).distinct().order_by(register_plugin.c.name)
            return list(connection.execute(statement).scalars())

    def answer(self, call: Call) -> Outcome:
        """The answer to a request, or what a command's first try came to.

        :raises kassa.errors.Refusal: the answer is no.
        """
        request = self.decode(call)
        if isinstance(request, Command):
            with self._channel.writing() as connection:
                return self.command(connection, call, request)
        with self._channel.reading() as connection:
            return Outcome(answer=self._run(connection, call, request))

    def command(self, connection: Connection, call: Call, request: Command[Any]) -> Outcome:
        """Do a command once, within the caller's transaction."""
        context = call.context
        once = CommandCall(request.command_id, call.name, context.store_id, context.register_id, call.body, self._now())
        asking = f"{context.staff_id} at {context.register_id}" if context.staff_id else context.register_id
        with changes_by(Author(asking, "register")):
            return do_once(connection, once, lambda: self._run(connection, call, request))

    def decode(self, call: Call) -> Request[Any]:
        """The request itself.

        :raises NotServed: no such request, or not of this plugin in this version.
        :raises InvalidInput: it does not read as one.
        """
        runtime = self._runtime_of(call)
        try:
            request: Request[Any] = msgspec.json.decode(call.body, type=runtime.request_type(call.name))
        except (msgspec.DecodeError, ValueError) as error:
            raise InvalidInput(
                _("The store server could not read what the register asked."),
                hint=_("Call support: register and store server may need an update."),
                where=f"{call.name}: {error}",
            ) from error
        return request

    def _runtime_of(self, call: Call) -> Runtime:
        """What answers a call: the very version of a plugin from a wheel, or what is installed here."""
        asked = call.context
        installed = self.plugins.loaded.get(asked.plugin)
        is_here = asked.plugin == "kassa" or (installed is not None and asked.version in ("", installed.info.version))
        if self.served is not None and not is_here:
            found = self.served.runtime(asked.plugin, asked.version, call.name)
            if found is not None:
                return found
        if not self._serves(call.name):
            raise _not_served(call.name)
        self._check_version(call)
        return self.runtime

    def _check_version(self, call: Call) -> None:
        """A plugin's own requests are answered in the version that its register runs, or not at all."""
        owner = self.runtime.plugin_of(call.name)
        asked = call.context
        loaded = self.plugins.loaded.get(owner)
        if loaded is not None and asked.plugin == owner and asked.version not in ("", loaded.info.version):
            raise _not_served(f"{call.name}: {owner} {asked.version}, here {loaded.info.version}")

    def _run(self, connection: Connection, call: Call, request: Request[Any]) -> bytes:
        with ExitStack() as stack:
            store = read_store(connection, call.context.store_id)
            writable = isinstance(request, Command)
            # A second writing transaction beside the command's own would wait for it for ever.
            credentials: Credentials = (
                ChannelCredentials(connection, store.store_id)
                if writable
                else stack.enter_context(credentials_of(self._channel, store.store_id))
            )
            records = self._records(connection, request)
            context = ServerContext(
                Side.STORE_SERVER, records, credentials, call.context, store, self._channel.environment,
                channel=self._channel, connection=connection, peer=call.caller, joined=self._noting is not None,
                next_number=no_series if self._noting is not None else partial(next_number, connection),
            )  # fmt: skip
            return msgspec.json.encode(self._runtime_of(call).execute(request, context))

    def _records(self, connection: Connection, request: Request[Any]) -> ChannelRecords:
        """A command's handler writes too; where rows that commands write are noted, within that."""
        tables = TablesOf(connection)
        if not isinstance(request, Command):
            return ChannelRecords(connection, tables=tables)
        noting = self._noting
        if noting is None:
            return ChannelRecords(connection, _write, remove_row, tables)
        command_id = request.command_id

        def write(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
            with noting(connection, command_id, table, row_key(table, row)):
                _write(connection, table, row)

        def remove(connection: Connection, table: Table, key: str) -> None:
            with noting(connection, command_id, table, key):
                remove_row(connection, table, key)

        return ChannelRecords(connection, write, remove, tables)

    def _now(self) -> Any:
        return self._channel.environment.clock.utc()


def _write(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """How a command's handler writes a row, with what follows from it."""
    put_rows(connection, table, [row])
    if table is former_customer_number:
        follow_number(connection, row["former_number"], row["customer_number"])


def _not_served(where: str) -> NotServed:
    return NotServed(
        _("The store server does not serve this request."),
        hint=_("Call support: the store server lacks a plugin or an update."),
        where=where,
    )
