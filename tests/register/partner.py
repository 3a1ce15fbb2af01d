"""Plugins that a partner has got wrong, made while a test runs: modules with entry points of their own."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from kassa.hookspecs import PluginInfo, hook
from kassa.plugins import GROUP, Finder, installed


@contextmanager
def plugin(name: str, **hooks: Callable[..., Any]) -> Iterator[Finder]:
    """A finder of the installed plugins and of one more, with these hooks."""
    module: Any = ModuleType(f"partner_{name}")
    module.PLUGIN = PluginInfo(name, "1.0", 1, "A partner's")
    for hook_name, function in hooks.items():
        setattr(module, hook_name, hook(function))
    sys.modules[module.__name__] = module
    point = importlib.metadata.EntryPoint(name, module.__name__, GROUP)

    def find() -> Sequence[importlib.metadata.EntryPoint]:
        return [*installed(), point]

    try:
        yield find
    finally:
        del sys.modules[module.__name__]


def store_with(store: Mapping[str, Any], *plugins: str, required: bool = False) -> dict[str, Any]:
    """The store, with further plugins on its registers, asked before all others."""
    more = [{"name": name, "required": required} for name in plugins]
    registers = [{**register, "plugins": [*more, *register["plugins"]]} for register in store["registers"]]
    return {**store, "registers": registers}
