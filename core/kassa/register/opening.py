"""Opening a register: its parts, put together in one visible place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from kassa.connection import Gateway
from kassa.credentials import Lockouts, RegisterCredentials
from kassa.declared_tables import declared_tables
from kassa.delivery import COPIED, Delivery
from kassa.device import DeviceKey, DeviceSigner, load_device_key
from kassa.environment import Environment
from kassa.errors import KassaError
from kassa.gateway.download import Downloads
from kassa.gateway.held import HeldGateway
from kassa.gateway.local import LocalGateway
from kassa.gateway.online_only import OnlineOnlyConnection
from kassa.gateway.remote import RemoteGateway
from kassa.hookspecs import ConnectionParts
from kassa.journal import Journal
from kassa.journal.database import WriteListener
from kassa.offline_database import make_offline_database
from kassa.plugin_problems import HINTS, place_of_function
from kassa.plugins import Finder, PluginHost, installed
from kassa.register.command_owners import owners_of_pending
from kassa.register.face import Event
from kassa.register.frozen_plugins import FrozenPlugins
from kassa.register.installation import Installation
from kassa.register.introducing import Introducing
from kassa.register.local_runtime import LocalRuntime
from kassa.register.plugin_folders import PluginFolders
from kassa.register.purging import Purging
from kassa.register.register import Register
from kassa.register.uploads import Uploads
from kassa.requests.handlers import HANDLERS
from kassa.runtime.runtime import Runtime
from kassa.schema.groups import TABLE_GROUPS
from kassa.schema.plugin_tables import groups_of_plugins
from kassa.text import Text, literal, texts
from kassa.trust import context_for

_, n_ = texts("kassa")


def open_register(
    directory: Path,
    *,
    environment: Environment | None = None,
    finder: Finder = installed,
    on_write: WriteListener | None = None,
) -> Register:
    """Open the activated register in ``directory``; it is ready for log on when this returns.

    :param finder: where plugins' entry points come from.
    :param on_write: told around each journal commit.
    :raises kassa.errors.SetupError: the register has not been activated.
    :raises kassa.errors.JournalError: the journal cannot be used; the error says what is kept.
    """
    environment = environment or Environment()
    directory = directory.absolute()
    installation = Installation.load(directory)
    key = load_device_key(directory)
    journal = Journal(directory, environment, on_write=on_write)
    with ExitStack() as undo:
        undo.callback(journal.close)
        folders = PluginFolders(directory)
        folders.begin(owners_of_pending(journal))
        register = _assemble(directory, environment, journal, key, finder, installation.database, folders)
        undo.callback(register.lanes.close)
        _connect(register, installation, key)
        undo.callback(register.remote.close)
        _add_operations(register)
        _begin(register)
        undo.pop_all()
    folders.started(well=not register.plugins.problems_of(folders.active))
    return register


@contextmanager
def look_into(directory: Path, *, environment: Environment | None = None) -> Iterator[Register]:
    """A register that is put together and not started, to be asked what it is ready for: it contacts nobody.

    :raises kassa.errors.SetupError: the register has not been activated.
    :raises kassa.errors.JournalError: the journal cannot be used, or the register runs.
    """
    environment = environment or Environment()
    directory = directory.absolute()
    installation = Installation.load(directory)
    key = load_device_key(directory)
    with ExitStack() as undo:
        journal = undo.enter_context(closing(Journal(directory, environment)))
        folders = PluginFolders(directory)
        folders.use()
        register = _assemble(directory, environment, journal, key, installed, installation.database, folders)
        undo.callback(register.offline_database.close)
        undo.callback(register.lanes.close)
        _connect(register, installation, key)
        undo.callback(register.remote.close)
        undo.callback(register.connection.close)
        yield register


def _assemble(
    directory: Path,
    environment: Environment,
    journal: Journal,
    key: DeviceKey,
    finder: Finder,
    database: str,
    folders: PluginFolders,
) -> Register:
    record = journal.record
    enabled = folders.enabled(() if record is None else record.plugins)
    frozen = FrozenPlugins(directory, environment, enabled, finder)
    plugins = PluginHost(enabled, finder, left_out=frozen.left_out)
    frozen.name(plugins)
    runtime = Runtime([*(("kassa", handler) for handler in HANDLERS), *plugins.hooks.register_handlers()])
    for refused in runtime.refused:
        plugins.problem(refused.plugin, "register_handlers", refused.what, hint=HINTS["claimed"])
    offline_database = make_offline_database(directory, journal, environment, database)
    offline_database.declare(groups_of_plugins(declared_tables(plugins)))
    credentials = RegisterCredentials(directory, key.secret, _lockouts(journal))
    local = LocalRuntime(runtime, offline_database, journal, credentials, environment)
    return Register(directory, environment, journal, plugins, offline_database, credentials, local, folders)


def _begin(register: Register) -> None:
    _hold_plugin_tables(register)
    register.delivery.start()
    _name_absent_owners(register)
    if register.journal.series.stopped is not None:
        register.notice("journal", COPIED)
    if register.journal.commands.pending():
        register.resolve_commands()
    register.hooks.register_ready(register)
    register.control.start()


def _hold_plugin_tables(register: Register) -> None:
    """Handlers name them from the first request on."""
    database = register.offline_database
    if database.groups == TABLE_GROUPS or not database.available:
        return
    try:
        database.hold_tables()
    except KassaError as error:
        register.log("kassa").error("plugin_tables_not_held", error_code=error.code, where=error.where)


def _name_absent_owners(register: Register) -> None:
    """Plugins that are gone from this register while commands of theirs wait for their outcome."""
    for plugin, count in owners_of_pending(register.journal).items():
        if plugin != "kassa" and plugin not in register.plugins.loaded:
            what = n_(
                "{count} command of plugin {name} waits for delivery, and the plugin is gone.",
                "{count} commands of plugin {name} wait for delivery, and the plugin is gone.",
                count=count, name=literal(plugin),
            )  # fmt: skip
            register.plugins.problem(plugin, "unsent", what, hint=HINTS["unsent"])


def _connect(register: Register, installation: Installation, key: DeviceKey) -> None:
    register.device_key = key
    signer = DeviceSigner(key, installation.device_id, register.environment.clock, register.head)
    trust = context_for(installation.server_address, installation.ca_certificate)
    remote = RemoteGateway(
        installation.server_address,
        register.environment,
        signer=signer,
        trust=trust,
        profile=lambda: register.record.profile,
    )
    remote.on_untrusted = Introducing(register.journal, key, remote, register.environment).introduce
    register.remote = HeldGateway(remote, lambda: register.connection.state())
    register.downloads = Downloads(installation.server_address, signer, trust, register.may_download)
    local: Gateway = LocalGateway(register.local)
    parts = ConnectionParts(register, remote, local)
    register.connection = register.hooks.provide_connection(parts) or OnlineOnlyConnection(register, remote)
    register.uploads = Uploads(register.journal, register.environment)
    register.delivery = Delivery(
        register.journal,
        register.remote.post,
        register.environment,
        profile=lambda: register.record.profile,
        state=register.connection.state,
        on_change=_on_delivery(register),
        at_rest=Purging(register).at_rest,
        on_attempt=register.uploads.told,
    )


def _on_delivery(register: Register) -> Callable[[Text | None], None]:
    def told(text: Text | None) -> None:
        if text is not None:
            register.notice("journal", text)
        register.publish(Event("delivery", text))

    return told


def _add_operations(register: Register) -> None:
    claimed: dict[int, list[str]] = {}
    declared = register.hooks.register_operations()
    for plugin, operation in declared:
        claimed.setdefault(operation.id, []).append(plugin)
        register.operations[operation.id] = (operation, plugin)
    for number, plugins in claimed.items():
        if len(plugins) > 1:
            del register.operations[number]
            what = _(
                "Operation {id} is claimed by {plugins}.", id=str(number), plugins=literal(", ".join(sorted(plugins)))
            )
            for plugin in plugins:
                run = next(one.run for owner, one in declared if (owner, one.id) == (plugin, number))
                register.plugins.problem(
                    plugin, "register_operations", what, file=place_of_function(run), hint=HINTS["claimed"]
                )


class _Tries(msgspec.Struct):
    tries: int
    locked_until: datetime | None = None


def _lockouts(journal: Journal) -> Lockouts:
    """Failed log-on tries, kept in the journal so that a restart does not forget them."""

    def read(staff_id: str) -> tuple[int, datetime | None]:
        kept = journal.setting("kassa.lockout", staff_id)
        if kept is None:
            return 0, None
        noted = msgspec.json.decode(kept.encode(), type=_Tries)
        return noted.tries, noted.locked_until

    def write(staff_id: str, tries: int, locked_until: datetime | None) -> None:
        value = msgspec.json.encode(_Tries(tries, locked_until)).decode() if tries or locked_until else None
        journal.keep_setting("kassa.lockout", staff_id, value)

    return Lockouts(read, write)
