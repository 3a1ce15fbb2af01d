"""Plugins from wheels in the server: the versions that any register runs, each beside the others."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from kassa.errors import KassaError, NotAvailable, NotFound
from kassa.model import EnabledPlugin
from kassa.packages.plugin_sets import LockedWheel, PluginSet
from kassa.plugins import PluginHost, installed
from kassa.register.plugin_folders import install_wheel, verify_wheel
from kassa.runtime.request import Side
from kassa.runtime.runtime import Runtime
from kassa.text import literal, texts
from kassa_server.channel import Channel
from kassa_server.headquarters.package_files import StoredFile
from kassa_server.headquarters.plugins.sets import SetsMade, newest_set, opened, sets_in_use, sets_made
from kassa_server.plugin_namespace import Namespace
from kassa_server.plugin_tables import declare_tables, tables_of

_, n_ = texts("kassa_server")
FindFile = Callable[[str], StoredFile | None]


@dataclass(frozen=True)
class Served:
    """The plugins of one set of wheels, loaded."""

    host: PluginHost
    runtime: Runtime
    versions: frozenset[str]
    namespace: Namespace


class ServedPlugins:
    """Loads sets when they are first asked for.

    :param find_file: a wheel's file by its package id.
    """

    def __init__(self, channel: Channel, find_file: FindFile) -> None:
        self._channel = channel
        self._find_file = find_file
        self._loading = threading.Lock()
        self._loaded: dict[str, Served | None] = {}
        self._room: Path | None = None
        self._has_news = False
        self._known_sets: SetsMade | None = None
        self._log = structlog.get_logger("kassa.server")

    def serving(self, register_id: str) -> tuple[str, ...]:
        """Of the plugins that a register is to run, those that are served here: ``acme_loyalty 0.1.0``."""
        with self._channel.reading() as connection:
            found = newest_set(connection, register_id)
        served = None if found is None else self._serve(opened(found[1]))
        return () if served is None else tuple(sorted(served.versions))

    def has_news(self) -> bool:
        """Whether versions were loaded, or sets made, since the last time."""
        with self._channel.reading() as connection:
            sets = sets_made(connection)
        news = self._has_news or sets != self._known_sets
        self._has_news, self._known_sets = False, sets
        return news

    def runtime(self, plugin: str, version: str, request: str) -> Runtime | None:
        """What answers a request of a plugin in that version; None: it did not come from a wheel."""
        wanted = f"{plugin} {version}"
        for served in list(self._loaded.values()):
            if served is not None and wanted in served.versions and _answers(served.runtime, plugin, request):
                return served.runtime
        with self._channel.reading() as connection:
            sets = [one for one in sets_in_use(connection) if wanted in one.versions]
        for one in sets:
            loaded = self._serve(one)
            if loaded is not None and wanted in loaded.versions and _answers(loaded.runtime, plugin, request):
                return loaded.runtime
        return None

    def _serve(self, wanted: PluginSet) -> Served | None:
        key = hashlib.sha256("\n".join(sorted(wheel.sha256 for wheel in wanted.wheels)).encode()).hexdigest()[:16]
        if (known := self._loaded.get(key)) is not None:
            return known
        if not self._loading.acquire(blocking=not self._channel.is_writing):
            self._has_news = True  # who loads may wait for this very transaction: not now, and again later
            return None
        try:
            if self._loaded.get(key) is None:
                try:
                    self._loaded[key] = self._load(key, wanted)
                    self._has_news = True
                except (KassaError, OSError) as error:
                    self._log.error("plugins_not_served", register=wanted.register_id, where=str(error))
                    return None
            return self._loaded[key]
        finally:
            self._loading.release()

    def _load(self, key: str, wanted: PluginSet) -> Served:
        if self._room is None:
            self._room = Path(tempfile.mkdtemp(prefix="kassa-plugins-"))
            weakref.finalize(self, shutil.rmtree, self._room, ignore_errors=True)
        folder = self._room / key
        folder.mkdir(exist_ok=True)
        for wheel in wanted.wheels:
            self._unpack(wheel, folder)
        namespace = Namespace(f"kassa_plugins_{key}", folder)
        modules = {name: module for wheel in wanted.wheels for name, module in _entry_points(folder, wheel).items()}
        points = namespace.entry_points(modules)
        # A server runs handlers only: settings are the register's, and go with its requests.
        here = [point for point in installed() if point.name not in modules]
        enabled = [EnabledPlugin(one.name, settings=one.settings) for one in wanted.plugins]
        host = PluginHost(enabled, lambda: [*points, *here])
        runtime = Runtime(host.hooks.register_handlers())
        declared = tables_of(host)
        if declared and self._channel.is_writing:
            raise NotAvailable(_("The tables of a plugin cannot be made now."), where=key)
        without_tables = declare_tables(self._channel, declared)
        for without in without_tables:
            self._log.error("table_refused", plugin=without.plugin, what=without.why)
        bad = {problem.name for problem in host.problems} | {refused.plugin for refused in runtime.refused}
        bad |= {without.plugin for without in without_tables}
        for problem in host.problems:
            self._log.error("plugin_not_served", plugin=problem.name, what=str(problem.what), error=problem.error)
        versions = {name: loaded.info.version for name, loaded in host.loaded.items() if name not in bad}
        good = [one for one in wanted.plugins if versions.get(one.name) == one.version]
        return Served(host, runtime, frozenset(f"{one.name} {one.version}" for one in good), namespace)

    def _unpack(self, wheel: LockedWheel, folder: Path) -> None:
        stored = self._find_file(wheel.package_id)
        if stored is None:
            raise NotFound(_("The file of {wheel} has gone.", wheel=literal(wheel.file_name)))
        with tempfile.TemporaryDirectory(prefix="kassa-wheel-") as name:
            file = Path(name) / wheel.file_name
            file.write_bytes(b"".join(stored.read(0, stored.size)))
            verify_wheel(file, wheel)
            install_wheel(file, folder)

    def close(self) -> None:
        """Forget the modules, and remove what was unpacked."""
        for served in self._loaded.values():
            if served is not None:
                served.namespace.close()
        self._loaded.clear()
        if self._room is not None:
            shutil.rmtree(self._room, ignore_errors=True)
            self._room = None


def _entry_points(folder: Path, wheel: LockedWheel) -> dict[str, str]:
    from importlib.metadata import PathDistribution

    name = wheel.file_name.split("-")[0]
    found = PathDistribution(folder / f"{name}-{wheel.file_name.split('-')[1]}.dist-info").entry_points
    return {point.name: point.value for point in found.select(group="kassa.plugins")}


def _answers(runtime: Runtime, plugin: str, request: str) -> bool:
    return runtime.serves(request, Side.STORE_SERVER) and runtime.plugin_of(request) == plugin
