"""The plugin host: loads exactly the plugins that the register's record lists, in that order.

A plugin that is missing, doubled, broken, or of a wrong API level is left out and named in :attr:`PluginHost.problems`;
the rest go on. A *required* one that is left out keeps the register from starting a sale.
"""

from __future__ import annotations

import importlib.metadata
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pluggy
import structlog
from stevedore.extension import Extension
from stevedore.named import NamedExtensionManager

from kassa import hookspecs
from kassa.hooks import Hooks
from kassa.hookspecs import PROJECT, SUPPORTED_API_LEVELS, PluginInfo
from kassa.model import EnabledPlugin
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")
GROUP = "kassa.plugins"
Finder = Callable[[], Sequence[importlib.metadata.EntryPoint]]


@dataclass(frozen=True)
class PluginProblem:
    """A plugin that cannot do its work.

    :param stage: ``find``, ``load``, ``check``, ``register`` or the hook's name.
    :param error: for support, in the exception's own words.
    """

    name: str
    stage: str
    what: Text
    error: str = ""
    distribution: str = ""
    required: bool = False


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin at work."""

    name: str
    info: PluginInfo
    module: ModuleType
    distribution: str
    version: str


def installed() -> Sequence[importlib.metadata.EntryPoint]:
    """Every installed plugin's entry point, read fresh (stevedore's own cache can be stale for two minutes)."""
    return list(importlib.metadata.entry_points(group=GROUP))


class PluginHost:
    """Loads plugins and holds the hooks.

    :param enabled: the register's plugins, in order.
    :param finder: where entry points come from.
    """

    def __init__(self, enabled: Sequence[EnabledPlugin], finder: Finder = installed) -> None:
        self._log = structlog.get_logger("kassa.plugins")
        self.problems: list[PluginProblem] = []
        self.failures: Counter[str] = Counter()
        self._enabled = {plugin.name: plugin for plugin in enabled}
        self.names = tuple(plugin.name for plugin in enabled)
        """The list that was asked for, in its order."""
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.hooks = Hooks(self._manager, self.failed)
        extensions = self._find(list(self._enabled), finder)
        self.loaded: dict[str, LoadedPlugin] = {}
        self._register(self._check(extensions))

    @property
    def missing_required(self) -> list[PluginProblem]:
        """Problems of required plugins: while there are any, no sale starts."""
        return [problem for problem in self.problems if problem.required and problem.name not in self.loaded]

    def problem(self, name: str, stage: str, what: Text, error: BaseException | str = "", dist: str = "") -> None:
        """Note that a plugin cannot do (part of) its work."""
        words = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        plugin = self._enabled.get(name)
        self.problems.append(
            PluginProblem(name, stage, what, words, dist, required=plugin is not None and plugin.required)
        )
        self._log.error("plugin_problem", plugin=name, stage=stage, error=words)

    def settings(self, name: str) -> dict[str, Any]:
        """A plugin's settings on this register."""
        plugin = self._enabled.get(name)
        return {} if plugin is None else plugin.settings

    def _find(self, names: list[str], finder: Finder) -> list[Extension[Any]]:
        points = list(finder())
        count = Counter(point.name for point in points)
        for name in names:
            if count[name] > 1:
                owners = ", ".join(sorted(point.value for point in points if point.name == name))
                self.problem(name, "find", _("Plugin {name} is installed twice.", name=literal(name)), owners)
        single = [point for point in points if count[point.name] == 1]
        manager = _FreshManager(single, [name for name in names if count[name] <= 1], self._not_loaded, self._missing)
        return list(manager)

    def _not_loaded(self, _manager: Any, point: importlib.metadata.EntryPoint, error: BaseException) -> None:
        dist = point.dist.name if point.dist is not None else ""
        self.problem(point.name, "load", _("Plugin {name} does not start.", name=literal(point.name)), error, dist)

    def _missing(self, names: Any) -> None:
        known = {problem.name for problem in self.problems}
        for name in sorted(set(names) - known):
            self.problem(name, "find", _("Plugin {name} is not installed.", name=literal(name)))

    def _check(self, extensions: list[Extension[Any]]) -> list[LoadedPlugin]:
        checked: list[LoadedPlugin] = []
        for extension in extensions:
            module: Any = extension.plugin
            info = getattr(module, "PLUGIN", None)
            dist = extension.entry_point.dist
            name, version = (dist.name, dist.version) if dist is not None else ("", "")
            if not isinstance(info, PluginInfo):
                self.problem(
                    extension.name, "check", _("Plugin {name} says nothing of itself.", name=literal(extension.name)),
                    "the module has no PLUGIN of type kassa.PluginInfo", name,
                )  # fmt: skip
            elif info.api_level not in SUPPORTED_API_LEVELS:
                self.problem(
                    extension.name, "check",
                    _("Plugin {name} was made for another version of Kassa.", name=literal(extension.name)),
                    f"API level {info.api_level}; supported: {sorted(SUPPORTED_API_LEVELS)}", name,
                )  # fmt: skip
            else:
                checked.append(LoadedPlugin(extension.name, info, module, name, version))
        return checked

    def _register(self, plugins: list[LoadedPlugin]) -> None:
        for plugin in reversed(plugins):
            try:
                self._manager.register(plugin.module, name=plugin.name)
                self._refuse_misfits(plugin)
            except Exception as error:
                if self._manager.has_plugin(plugin.name):
                    self._manager.unregister(name=plugin.name)
                self.problem(
                    plugin.name, "register", _("Plugin {name} does not fit.", name=literal(plugin.name)), error,
                    plugin.distribution,
                )  # fmt: skip
        self.loaded = {plugin.name: plugin for plugin in plugins if self._manager.has_plugin(plugin.name)}

    def _refuse_misfits(self, plugin: LoadedPlugin) -> None:
        for caller in self._manager.get_hookcallers(plugin.module) or ():
            if not caller.has_spec():
                raise TypeError(f"there is no hook {caller.name}")
            for implementation in caller.get_hookimpls():
                if implementation.wrapper or implementation.hookwrapper:
                    raise TypeError(f"{caller.name}: hook wrappers are not part of the contract")
                if inspect.iscoroutinefunction(implementation.function):
                    raise TypeError(f"{caller.name}: hooks are synchronous")
                if implementation.kwargnames:
                    raise TypeError(f"{caller.name}: no defaults for {', '.join(implementation.kwargnames)}")

    def failed(self, plugin: str, hook: str, error: BaseException) -> None:
        """Note that a plugin has failed in a hook or an operation; it is named on the screen from the first time."""
        self.failures[plugin] += 1
        self._log.error("plugin_failed", plugin=plugin, hook=hook, exc_info=error)
        if self.failures[plugin] == 1:
            self.problem(plugin, hook, _("Plugin {name} has failed.", name=literal(plugin)), error)


class _FreshManager(NamedExtensionManager[Any]):
    """stevedore by name and order, on entry points handed in, guarding against whatever an import may raise."""

    def __init__(
        self,
        points: Sequence[importlib.metadata.EntryPoint],
        names: Sequence[str],
        on_failure: Callable[[Any, importlib.metadata.EntryPoint, BaseException], None],
        on_missing: Callable[[Any], None],
    ) -> None:
        self._points = list(points)
        super().__init__(
            GROUP,
            names,
            name_order=True,
            on_load_failure_callback=on_failure,
            on_missing_entrypoints_callback=on_missing,
        )

    def list_entry_points(self) -> list[importlib.metadata.EntryPoint]:
        return self._points

    def _load_one_plugin(self, ep: Any, *args: Any) -> Any:
        try:
            return super()._load_one_plugin(ep, *args)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise ImportError(f"{type(error).__name__}: {error}") from error
