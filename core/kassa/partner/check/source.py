"""What a plugin imports: read from its source, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kassa.contract import is_public
from kassa.partner.check.report import Finding

DRIVERS = frozenset({"mssql_python", "pluggy", "psycopg", "pyodbc", "sqlite3", "stevedore"})
"""What our own plugins may not use either: databases and hooks are reached through Kassa."""


@dataclass(frozen=True)
class Import:
    """One imported module. ``at_start``: it is imported with the module that it stands in."""

    module: str
    name: str
    file: str
    line: int
    at_start: bool


def imports_of(folder: Path, packages: list[str]) -> dict[str, list[Import]]:
    """The imports of each module of the packages in ``folder``.

    :raises SyntaxError: a file is no Python.
    """
    found = {}
    for package in packages:
        root = folder / package
        files = sorted(root.rglob("*.py")) if root.is_dir() else [folder / f"{package}.py"]
        for file in files:
            if not file.exists():
                continue
            parts = file.relative_to(folder).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            is_package = parts[-1] == "__init__"
            tree = ast.parse(file.read_bytes(), str(file.relative_to(folder)))
            place = file.relative_to(folder).as_posix()
            found[module] = [
                Import(name, member, place, line, at_start)
                for name, member, line, at_start in _walk(tree, module, is_package, True)
            ]
    return found


def _walk(node: ast.AST, module: str, is_package: bool, at_start: bool) -> Iterator[tuple[str, str, int, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, "", child.lineno, at_start) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _absolute(child, module, is_package)
            yield from ((base, alias.name, child.lineno, at_start) for alias in child.names)
        elif isinstance(child, ast.If) and _is_type_checking(child.test):
            for other in child.orelse:
                yield from _walk(other, module, is_package, at_start)
        else:
            inner = at_start and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _walk(child, module, is_package, inner)


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def look_at_imports(modules: dict[str, list[Import]], packages: list[str], starts: list[str]) -> list[Finding]:
    """What is wrong with the imports of a wheel.

    :param starts: the modules that entry points name.
    """
    found = [wrong for module in modules.values() for each in module if (wrong := _not_public(each, packages))]
    at_start = _reached(modules, starts)
    for module in at_start:
        for each in modules[module]:
            if each.at_start and each.module.split(".")[0] in ("kivy", "kivymd", "kassa_ui"):
                hint = "Move what draws into a module that only the screens import."
                what = f"{module} imports {each.module} when the register starts."
                found.append(Finding("no-kivy", what, f"{each.file}:{each.line}", hint))
    return found


def _not_public(each: Import, packages: list[str]) -> Finding | None:
    top = each.module.split(".")[0]
    place = f"{each.file}:{each.line}"
    if top in packages:
        return None
    if top in DRIVERS:
        hint = "Use records in a handler (context.records), or register.keep_setting."
        return Finding("public-modules", f"It imports {each.module}.", place, hint)
    if top.startswith("kassa_"):
        hint = "No plugin imports another, the screens or the server: use hooks and requests."
        return Finding("public-modules", f"It imports {each.module}.", place, hint)
    if top != "kassa":
        return None
    whole = f"{each.module}.{each.name}" if each.name else each.module
    part = each.module == "kassa" and each.name.islower() and _is_module(whole)
    if is_public(whole) if part else is_public(each.module, each.name):
        return None
    hint = "Use only the modules that docs/hooks.md lists: others may change any day."
    return Finding("public-modules", f"It imports {each.module}, which is Kassa's own.", place, hint)


def _is_module(name: str) -> bool:
    import importlib.util

    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _reached(modules: dict[str, list[Import]], starts: list[str]) -> list[str]:
    """The wheel's modules that are imported with those in ``starts``."""
    reached: list[str] = []
    waiting = [start.split(":")[0] for start in starts]
    while waiting:
        module = waiting.pop()
        if module in reached or module not in modules:
            continue
        reached.append(module)
        waiting.append(module.rpartition(".")[0])
        for each in modules[module]:
            if each.at_start:
                waiting += [each.module, f"{each.module}.{each.name}"]
    return reached
