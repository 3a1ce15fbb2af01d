"""Whether a plugin fits the contract: its hooks are those that exist, and nothing is out of date."""

from __future__ import annotations

import difflib
import inspect
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pluggy
from pluggy import HookImpl

from kassa.plugin_problems import Misfit, place_of_function, place_of_module


@dataclass(frozen=True)
class Deprecation:
    """Something that a plugin uses and that goes with the next API level.

    :param what: in English, for its maker. Python's own warning says it too, with that file and line.
    :param place: the plugin's file and line.
    """

    plugin: str
    what: str
    place: str


def implementations(manager: pluggy.PluginManager, name: str, module: ModuleType) -> Iterator[tuple[Any, HookImpl]]:
    """A registered plugin's implementations, each with its hook's caller."""
    for caller in manager.get_hookcallers(module) or ():
        for implementation in caller.get_hookimpls():
            if implementation.plugin_name == name:
                yield caller, implementation


def refuse_misfits(manager: pluggy.PluginManager, name: str, module: ModuleType) -> None:
    """Look at a plugin that has been registered.

    :raises Misfit: a hook does not exist, is a coroutine or a wrapper, or gives defaults.
    """
    for caller, implementation in implementations(manager, name, module):
        place = place_of_function(implementation.function)
        if not caller.has_spec():
            raise Misfit(f"there is no hook {caller.name}{_nearest(manager, caller.name)}", place)
        if implementation.wrapper or implementation.hookwrapper:
            raise Misfit(f"{caller.name}: hook wrappers are not part of the contract", place)
        if inspect.iscoroutinefunction(implementation.function):
            raise Misfit(f"{caller.name}: hooks are synchronous", place)
        if implementation.kwargnames:
            raise Misfit(f"{caller.name}: no defaults for {', '.join(implementation.kwargnames)}", place)


def _nearest(manager: pluggy.PluginManager, name: str) -> str:
    known = [each for each, caller in vars(manager.hook).items() if getattr(caller, "spec", None) is not None]
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def place_of_misfit(error: BaseException) -> str:
    """Where the hook stands that does not fit: one of ours, or pluggy's own complaint about arguments."""
    if isinstance(error, Misfit):
        return error.place
    if isinstance(error, pluggy.PluginValidationError) and isinstance(error.plugin, ModuleType):
        for function in vars(error.plugin).values():
            if inspect.isfunction(function) and f"hook {function.__name__!r}" in str(error):
                return place_of_function(function)
        return place_of_module(error.plugin)
    return ""


def deprecations(
    manager: pluggy.PluginManager, name: str, module: ModuleType, level: int, current: int
) -> list[Deprecation]:
    """What a plugin uses that goes with the next API level: its own level, hooks, arguments. Of hooks and arguments
    pluggy has warned already."""
    found = []
    if level < current:
        what = f"{name} was made for API level {level}; the next Kassa knows {current} and {current + 1} only"
        place = place_of_module(module)
        found.append(Deprecation(name, what, place))
        file, _colon, line = place.rpartition(":")
        warnings.warn_explicit(what, DeprecationWarning, file or place, int(line) if file else 1)
    for caller, implementation in implementations(manager, name, module):
        place = place_of_function(implementation.function)
        if caller.spec.warn_on_impl is not None:
            found.append(Deprecation(name, f"{caller.name}: {caller.spec.warn_on_impl}", place))
        arguments = caller.spec.warn_on_impl_args or {}
        found += [
            Deprecation(name, f"{caller.name}({argument}): {warning}", place)
            for argument, warning in arguments.items()
            if argument in implementation.argnames
        ]
    return found
