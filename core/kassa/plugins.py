"""The plugin host: loads exactly the plugins that the register's record lists, in that order.

A plugin that is missing, doubled, broken, or of a wrong API level is left out and named in :attr:`PluginHost.problems`;
the rest go on. A *required* one that is left out keeps the register from starting a sale.
"""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import msgspec
import pluggy
import structlog
from stevedore.extension import Extension
from stevedore.named import NamedExtensionManager

from kassa import hookspecs
from kassa.hooks import Hooks
from kassa.hookspecs import PROJECT, PluginInfo
from kassa.model import EnabledPlugin
from kassa.packages.plugin_sets import PluginSet
from kassa.plugin_fit import Deprecation, deprecations, place_of_misfit, refuse_misfits
from kassa.plugin_problems import HINTS, ITS_MAKER, Origin, PluginProblem, place_of, place_of_module, words_of
from kassa.text import Text, literal, texts

__all__ = ["GROUP", "Finder", "LoadedPlugin", "PluginHost", "PluginProblem", "installed"]

_, n_ = texts("kassa")
GROUP = "kassa.plugins"
OWN = "kassa"
"""The distribution that Kassa's own plugins come with."""
MOST_FAILURES = 50
"""In one run of the register: then nothing of the plugin is called any more."""
Finder = Callable[[], Sequence[importlib.metadata.EntryPoint]]


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
    :param contract: the hooks and API levels, as :mod:`kassa.hookspecs` states them.
    :param left_out: plugins that are not loaded, although they are enabled; who leaves them out says why.
    """

    def __init__(
        self, enabled: Sequence[EnabledPlugin], finder: Finder = installed, contract: ModuleType = hookspecs,
        left_out: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._log = structlog.get_logger("kassa.plugins")
        self.problems: list[PluginProblem] = []
        self.deprecations: list[Deprecation] = []
        """What the loaded plugins use and the next API level no longer has."""
        self.failures: Counter[str] = Counter()
        self._enabled = {plugin.name: plugin for plugin in enabled}
        self._origins: dict[str, Origin] = {}
        self._contract: Any = contract
        self.names = tuple(plugin.name for plugin in enabled)
        """The list that was asked for, in its order."""
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(contract)
        self.hooks = Hooks(self._manager, self.failed)
        extensions = self._find([name for name in self._enabled if name not in left_out], finder)
        self.loaded: dict[str, LoadedPlugin] = {}
        self._register(self._check(extensions))

    @property
    def missing_required(self) -> list[PluginProblem]:
        """Problems of required plugins: while there are any, no sale starts."""
        return [problem for problem in self.problems if problem.required and problem.name not in self.loaded]

    def hooks_of(self, name: str) -> list[str]:
        """The hooks that a loaded plugin implements."""
        callers = self._manager.get_hookcallers(self.loaded[name].module) or []
        return sorted(caller.name for caller in callers)

    def problems_of(self, given: PluginSet | None) -> list[PluginProblem]:
        """Problems of the plugins in a set from headquarters."""
        names = set() if given is None else {plugin.name for plugin in given.plugins}
        return [problem for problem in self.problems if problem.name in names]

    def problem(
        self,
        name: str,
        stage: str,
        what: Text,
        error: BaseException | str = "",
        *,
        file: str = "",
        hint: Text = ITS_MAKER,
    ) -> None:
        """Note that a plugin cannot do (part of) its work.

        :param file: where in its files; empty: where ``error`` arose.
        """
        plugin = self._enabled.get(name)
        origin = self._origins.get(name, Origin())
        problem = PluginProblem(
            name, stage, what, words_of(error), origin.distribution, plugin is not None and plugin.required,
            origin.version, file or place_of(error) or origin.file, hint,
        )  # fmt: skip
        self.problems.append(problem)
        self._log.error(
            "plugin_problem", plugin=name, version=origin.version, stage=stage, error=problem.error, file=problem.file
        )

    def settings(self, name: str) -> dict[str, Any]:
        """A plugin's settings on this register."""
        plugin = self._enabled.get(name)
        return {} if plugin is None else plugin.settings

    def _find(self, names: list[str], finder: Finder) -> list[Extension[Any]]:
        points = list(finder())
        count = Counter(point.name for point in points)
        self._origins = {point.name: Origin.of(point) for point in points if point.name in self._enabled}
        for name in names:
            if count[name] > 1:
                owners = ", ".join(sorted(_owner(point) for point in points if point.name == name))
                what = _("Plugin {name} is installed twice.", name=literal(name))
                self.problem(name, "find", what, owners, hint=HINTS["twice"])
        single = [point for point in points if count[point.name] == 1]
        manager = _FreshManager(single, [name for name in names if count[name] <= 1], self._not_loaded, self._missing)
        return list(manager)

    def _not_loaded(self, _manager: Any, point: importlib.metadata.EntryPoint, error: BaseException) -> None:
        self.problem(point.name, "load", _("Plugin {name} does not start.", name=literal(point.name)), error)

    def _missing(self, names: Any) -> None:
        known = {problem.name for problem in self.problems}
        for name in sorted(set(names) - known):
            what = _("Plugin {name} is not installed.", name=literal(name))
            self.problem(name, "find", what, hint=HINTS["missing"])

    def _check(self, extensions: list[Extension[Any]]) -> list[LoadedPlugin]:
        checked: list[LoadedPlugin] = []
        for extension in extensions:
            name: str = extension.name
            module: Any = extension.plugin
            origin = Origin.of(extension.entry_point)
            self._origins[name] = Origin(origin.distribution, origin.version, place_of_module(module))
            info = getattr(module, "PLUGIN", None)
            if not isinstance(info, PluginInfo):
                what = _("Plugin {name} says nothing of itself.", name=literal(name))
                self.problem(name, "check", what, "the module has no PLUGIN of type kassa.PluginInfo")
            elif info.api_level not in self._contract.SUPPORTED_API_LEVELS:
                what = _("Plugin {name} was made for another version of Kassa.", name=literal(name))
                levels = f"API level {info.api_level}; supported: {sorted(self._contract.SUPPORTED_API_LEVELS)}"
                self.problem(name, "check", what, levels, hint=HINTS["level"])
            elif (wrong := self._wrong_settings(name, info)) is not None:
                what = _("The settings of plugin {name} do not fit.", name=literal(name))
                self.problem(name, "settings", what, wrong, hint=HINTS["settings"])
            else:
                checked.append(LoadedPlugin(name, info, module, origin.distribution, origin.version))
        return checked

    def _wrong_settings(self, name: str, info: PluginInfo) -> str | None:
        """What is wrong with a plugin's settings on this register, in words that name the setting."""
        if info.settings is None:
            return None
        try:
            msgspec.convert(self.settings(name), info.settings, strict=False)
        except Exception as error:  # a schema that cannot be used is its plugin's mistake, as a wrong setting is not
            return words_of(error)
        return None

    def _register(self, plugins: list[LoadedPlugin]) -> None:
        for plugin in reversed(plugins):
            try:
                self._manager.register(plugin.module, name=plugin.name)
                refuse_misfits(self._manager, plugin.name, plugin.module)
                self._note_deprecations(plugin)
            except Exception as error:
                if self._manager.has_plugin(plugin.name):
                    self._manager.unregister(name=plugin.name)
                what = _("Plugin {name} does not fit.", name=literal(plugin.name))
                self.problem(plugin.name, "register", what, error, file=place_of_misfit(error))
        self.loaded = {plugin.name: plugin for plugin in plugins if self._manager.has_plugin(plugin.name)}

    def _note_deprecations(self, plugin: LoadedPlugin) -> None:
        found = deprecations(
            self._manager, plugin.name, plugin.module, plugin.info.api_level, self._contract.API_LEVEL
        )  # fmt: skip
        for deprecation in found:
            self._log.warning("plugin_deprecated", plugin=plugin.name, what=deprecation.what, file=deprecation.place)
        self.deprecations += found

    def failed(self, plugin: str, hook: str, error: BaseException) -> None:
        """Note that a plugin has failed in a hook or an operation; it is named on the screen from the first time."""
        self.failures[plugin] += 1
        self._log.error("plugin_failed", plugin=plugin, hook=hook, exc_info=error)
        if self.failures[plugin] == 1:
            self.problem(plugin, hook, _("Plugin {name} has failed.", name=literal(plugin)), error)
        elif self.failures[plugin] == MOST_FAILURES and self._may_do_without(plugin):
            self.hooks.calls.switched_off.add(plugin)
            what = _("Plugin {name} is switched off until the register is started again: it has failed {count} times.",
                     name=literal(plugin), count=str(MOST_FAILURES))  # fmt: skip
            self.problem(plugin, "switched_off", what, error)

    def is_switched_off(self, plugin: str) -> bool:
        """Whether a plugin has failed so often that nothing of it is called any more in this run."""
        return plugin in self.hooks.calls.switched_off

    def _may_do_without(self, plugin: str) -> bool:
        """Whether a register sells as it is meant to without it: neither required nor one of Kassa's own."""
        enabled, origin = self._enabled.get(plugin), self._origins.get(plugin, Origin())
        return enabled is not None and not enabled.required and origin.distribution != OWN


def _owner(point: importlib.metadata.EntryPoint) -> str:
    return point.value if point.dist is None else f"{point.dist.name} {point.dist.version} ({point.value})"


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
