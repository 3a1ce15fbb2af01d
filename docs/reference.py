"""Fills the parts of docs/*.md that are made from the code, between ``<!-- made: … -->`` and ``<!-- /made -->``.

    python docs/reference.py            write them
    python docs/reference.py --check    say which pages are not as the code is; exit 1 if any

``made: operations``
    the table of every operation that the installed plugins declare
``made: settings``
    the offline profile's fields with unit, default and meaning
``made: example acme_club.logged_on``
    the source of a function in docs/examples
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import inspect
import itertools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from kassa import model
from kassa.model import EnabledPlugin, OfflineProfile
from kassa.operations import Offline, Operation, Place
from kassa.plugins import GROUP, PluginHost

DOCS = Path(__file__).parent
MADE = re.compile(r"(<!-- made: (\w+) ?([\w.]*) -->\n).*?(<!-- /made -->)", re.DOTALL)
UNITS = {"_s": "seconds", "_min": "minutes", "_ms": "milliseconds", "_kb": "kilobytes (1000 bytes)",
         "_days": "days", "_hours": "hours", "_amount": "the store's currency", "_count": "tries"}  # fmt: skip
OPERATION_HEAD = (
    "Id", "Operation", "Swedish", "Plugin", "Permission", "Manager may approve", "Where", "Without the store server",
)  # fmt: skip
PLACES = {Place.LOGGED_OFF: "before log on", Place.WELCOME: "between sales", Place.SALE: "in a sale"}


def operations(_argument: str) -> str:
    """The table of operations, by id."""
    rows = [_operation_row(plugin, operation) for plugin, operation in declared_operations()]
    return _table(OPERATION_HEAD, rows)


def declared_operations() -> list[tuple[str, Operation]]:
    """Every operation of the plugins in Kassa's own distribution, with its plugin's name, by id."""
    points = [point for point in importlib.metadata.distribution("kassa").entry_points if point.group == GROUP]
    host = PluginHost([EnabledPlugin(point.name) for point in points], lambda: points)
    if host.problems:
        raise SystemExit("\n".join(f"{problem.name}: {problem.what} {problem.error}" for problem in host.problems))
    return sorted(host.hooks.register_operations(), key=lambda declared: declared[1].id)


def _operation_row(plugin: str, operation: Operation) -> tuple[str, ...]:
    offline = operation.offline.value
    if operation.offline is not Offline.YES and operation.offline_reason is not None:
        offline = f"{offline}: {operation.offline_reason.words('en')}"
    return (
        str(operation.id),
        operation.name.words("en"),
        operation.name.words("sv"),
        f"`{plugin}`",
        "everyone" if operation.permission is None else f"`{operation.permission}`",
        "yes" if operation.override else "no",
        ", ".join(words for place, words in PLACES.items() if place in operation.places),
        offline,
    )


def settings(_argument: str) -> str:
    """The offline profile's fields."""
    meanings = _field_docstrings(OfflineProfile)
    rows = [
        (f"`{name}`", _unit(name, value), _default(value), meanings[name])
        for name, value in zip(OfflineProfile.__struct_fields__, OfflineProfile.__struct_defaults__, strict=True)
    ]
    return _table(("Setting", "Unit", "Default", "What it does"), rows)


def _field_docstrings(kind: type) -> dict[str, str]:
    """The string below each field of a class, which Python itself does not keep."""
    tree = ast.parse(inspect.getsource(model))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    found: dict[str, str] = {}
    for field, below in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            assert isinstance(field.target, ast.Name)
            found[field.target.id] = " ".join(str(below.value.value).split()).replace("``", "`")
    return found


def _unit(name: str, default: Any) -> str:
    if isinstance(default, bool):
        return "yes or no"
    return next(unit for suffix, unit in UNITS.items() if name.endswith(suffix))


def _default(value: Any) -> str:
    return {None: "none", True: "yes", False: "no"}[value] if value is None or isinstance(value, bool) else str(value)


def example(name: str) -> str:
    """A function of docs/examples, as Python."""
    module, _, function = name.partition(".")
    source = inspect.getsource(getattr(example_module(module), function)).rstrip()
    return f"```python\n{source}\n```\n"


def example_module(name: str) -> ModuleType:
    """A module of docs/examples."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", DOCS / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


MAKERS: dict[str, Callable[[str], str]] = {"operations": operations, "settings": settings, "example": example}


def filled(text: str) -> str:
    """A page with its made parts as the code is now."""
    return MADE.sub(lambda found: f"{found[1]}{MAKERS[found[2]](found[3])}{found[4]}", text)


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    stale = []
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        made = filled(text)
        if made != text:
            stale.append(page.name)
            if "--check" not in arguments:
                page.write_text(made, encoding="utf-8")
    if "--check" in arguments and stale:
        print("Not as the code is: " + ", ".join(stale) + ". Run script/docs.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
