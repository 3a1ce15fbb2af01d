"""Loads the plugins of a wheel as a register would, and looks at what they declare. Runs in a process of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from kassa.declared_tables import declared_fields, declared_tables
from kassa.hookspecs import FIRST_PARTNER_OPERATION, SUPPORTED_API_LEVELS
from kassa.model import EnabledPlugin
from kassa.operations import Offline, Operation
from kassa.partner.check.report import Finding
from kassa.plugin_problems import PluginProblem, place_of_function
from kassa.plugin_tables import PluginTable
from kassa.plugins import PluginHost, installed
from kassa.register.pipeline import APPROVE
from kassa.schema.plugin_tables import table_for

STAGES = {
    "settings": "settings", "find": "entry-point", "declare_tables": "own-tables", "declare_fields": "own-tables",
}  # fmt: skip


class Loaded:
    """The plugins of a wheel, loaded.

    :param names: their entry points' names.
    :param packages: the wheel's top-level packages.
    :param version: the wheel's.
    :param settings: what a register gives each plugin.
    """

    def __init__(
        self, names: list[str], packages: list[str], version: str, settings: Mapping[str, dict[str, Any]]
    ) -> None:
        self.names = names
        self._packages = packages
        self._version = version
        enabled = [EnabledPlugin(name, settings=settings.get(name, {})) for name in names]
        self.host = PluginHost(enabled, installed)
        self.operations: list[tuple[str, Operation]] = self.host.hooks.register_operations()

    def findings(self) -> Iterator[Finding]:
        """What is wrong with what they declare."""
        handlers = self.host.hooks.register_handlers()
        declared_fields(self.host)
        tables = declared_tables(self.host)
        yield from (self._problem(problem) for problem in self.host.problems)
        yield from _unmade(tables)
        others = [point.name for point in installed() if point.name not in self.names]
        other = PluginHost([EnabledPlugin(name) for name in sorted(set(others))])
        taken = {operation.id: plugin for plugin, operation in other.hooks.register_operations()}
        for plugin, loaded in self.host.loaded.items():
            yield from self._about(plugin, loaded.info.name, loaded.info.version)
            if loaded.info.settings is None:
                hint = "Name a msgspec.Struct of them: PluginInfo(…, settings=Settings)."
                yield Finding("settings-schema", f"{plugin} names no schema of its settings.", hint=hint)
        count = Counter(operation.id for _plugin, operation in self.operations)
        permissions = {one.permission for _plugin, one in other.hooks.register_operations()} | {APPROVE, None}
        for plugin, operation in self.operations:
            yield from self._operation(plugin, operation, taken, count)
            declared = self.host.loaded[plugin].info.permissions
            if operation.permission not in permissions and operation.permission not in declared:
                hint = "Name it in PLUGIN: PluginInfo(…, permissions=(…,)), or use one of Kassa's."
                what = f"Operation {operation.id} needs the permission {operation.permission}, which nobody declares."
                yield Finding("permissions", what, place_of_function(operation.run), hint)
        requests = {handler.request.NAME: owner for owner, handler in other.hooks.register_handlers()}
        for _plugin, handler in handlers:
            name = str(getattr(handler.request, "NAME", ""))
            if name in requests or name.split(".")[0] not in self._packages:
                hint = f"Name it {self._packages[0]}.{name.rpartition('.')[2]}."
                what = f"The request {name} is not named after its package."
                yield Finding("request-names", what, place_of_function(handler.handle), hint)
        for deprecation in self.host.deprecations:
            yield Finding("no-deprecations", deprecation.what, deprecation.place, "See docs/compatibility.md.")

    def _problem(self, problem: PluginProblem) -> Finding:
        rule = STAGES.get(problem.stage, "loads")
        if problem.error.startswith("API level"):
            rule = "api-level"
        return Finding(rule, f"{problem.what} {problem.error}", problem.file, str(problem.hint))

    def _about(self, plugin: str, name: str, version: str) -> Iterator[Finding]:
        if name != plugin or version != self._version:
            what = f"PLUGIN says {name} {version}; the wheel has {plugin} {self._version}."
            yield Finding("version", what, hint="The store server answers a plugin's requests in its own version only.")

    def _operation(
        self, plugin: str, operation: Operation, taken: Mapping[int, str], count: Counter[int]
    ) -> Iterator[Finding]:
        place = place_of_function(operation.run)
        if operation.id < FIRST_PARTNER_OPERATION:
            what = f"Operation {operation.id} of {plugin} has an id of Kassa's."
            yield Finding("operation-ids", what, place, f"Ids of partners start at {FIRST_PARTNER_OPERATION}.")
        elif operation.id in taken:
            what = f"Operation {operation.id} is claimed by {plugin} and {taken[operation.id]}."
            yield Finding("operation-ids", what, place, "On a register with both neither gets it: take another id.")
        elif count[operation.id] > 1:
            yield Finding("operation-ids", f"Operation {operation.id} is declared twice.", place, "Take another id.")
        if operation.offline is not Offline.YES and operation.offline_reason is None:
            what = f"Operation {operation.id} is {operation.offline.value} offline, and does not say why."
            yield Finding("offline-reasons", what, place, "Give offline_reason: it is shown before it is pressed.")

    @property
    def api_level(self) -> int | None:
        """The API level that the plugins state; None: none could be loaded."""
        levels = {loaded.info.api_level for loaded in self.host.loaded.values()}
        return min(levels & SUPPORTED_API_LEVELS, default=None)


def _unmade(declared: list[tuple[str, PluginTable]]) -> Iterator[Finding]:
    """Tables that a database does not take, in a database of their own."""
    engine = create_engine("sqlite://")
    for plugin, table in declared:
        try:
            with engine.begin() as connection:
                table_for(table).create(connection)
        except SQLAlchemyError as error:
            yield Finding("own-tables", f"Table {table.name} of {plugin} cannot be made: {error}")
    engine.dispose()
