"""A set of wheels, imported under names of its own: several versions of one plugin run in one process.

The modules of a folder are imported below a parent that is made for them (``kassa_plugins_1f3a.acme_loyalty``), and
what they import of each other by its plain name is found there too: each is executed with an ``__import__`` that knows.
What is in no wheel comes from the process's own environment, as on the register.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

from kassa.plugins import GROUP


class Namespace(importlib.abc.MetaPathFinder):
    """The modules of a folder.

    :param name: of the parent; no other namespace's.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._tops = {path.name.partition(".")[0] for path in folder.iterdir() if _is_importable(path)}
        self._builtins = {**vars(builtins), "__import__": self._import}
        parent = ModuleType(name, "Plugins from headquarters.")
        parent.__path__ = [str(folder)]
        sys.modules[name] = parent
        sys.meta_path.insert(0, self)

    def entry_points(self, plugins: Mapping[str, str]) -> list[EntryPoint]:
        """The plugins' entry points, by name and module."""
        return [EntryPoint(name, f"{self._name}.{module}", GROUP) for name, module in plugins.items()]

    def close(self) -> None:
        """Forget the modules."""
        sys.meta_path.remove(self)
        for name in [name for name in sys.modules if name == self._name or name.startswith(f"{self._name}.")]:
            del sys.modules[name]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Python's own way, with our loader for sources."""
        if not fullname.startswith(f"{self._name}."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path, self._builtins)
        return spec

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """``import`` as modules of this namespace do it."""
        top = name.partition(".")[0]
        if level or top not in self._tops:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = importlib.import_module(f"{self._name}.{name}")
        if not fromlist:
            return sys.modules[f"{self._name}.{top}"]
        for part in fromlist:
            if not hasattr(module, part) and hasattr(module, "__path__"):
                _import_part(f"{module.__name__}.{part}")
        return module


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, with_builtins: dict[str, Any]) -> None:
        super().__init__(fullname, path)
        self._with_builtins = with_builtins

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = self._with_builtins
        super().exec_module(module)


def _import_part(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise


def _is_importable(path: Path) -> bool:
    if path.is_dir():
        return not path.name.startswith((".", "__")) and "." not in path.name
    return path.name.endswith((".py", *importlib.machinery.EXTENSION_SUFFIXES))
