"""Fills the parts of docs/*.md that are made from the code, between ``<!-- made: … -->`` and ``<!-- /made -->``.

    python docs/reference.py            write them
    python docs/reference.py --check    say which pages are not as the code is; exit 1 if any

``made: operations``
    the table of every operation that the installed plugins declare
``made: settings``
    the offline profile's fields with unit, default and meaning
``made: example acme_club.logged_on``
    the source of a function in docs/examples
``made: source example-plugin/README.md``
    a file below docs
``made: schema``
    the journal's tables
``made: entry``
    the bytes of a sale's entry in the journal, laid out
``made: public``
    the modules that plugins may import
``made: rules``
    what ``kassa plugin check`` looks at

It also adds to the recorded contract with plugins (``core/kassa/contract.json``) what is new in the code.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import importlib.resources
import importlib.util
import inspect
import itertools
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from kassa import contract, model
from kassa.environment import Environment
from kassa.journal import Journal
from kassa.journal.entry import SalePayload, raw
from kassa.journal.records import NewEntry
from kassa.model import EnabledPlugin, Item, Line, OfflineProfile, Payment, RegisterRecord, Store, Transaction
from kassa.operations import Offline, Operation, Place
from kassa.partner.check.report import RULES
from kassa.plugins import GROUP, PluginHost
from kassa.sale.totals import compute
from kassa.testing.clock import TestClock

DOCS = Path(__file__).parent
MADE = re.compile(r"(<!-- made: (\w+) ?([\w./-]*) -->\n).*?(<!-- /made -->)", re.DOTALL)
UNITS = {"_coupon_count": "coupons", "_s": "seconds", "_min": "minutes", "_ms": "milliseconds",
         "_kb": "kilobytes (1000 bytes)",
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


def source(path: str) -> str:
    """A file below docs, as it is; after ``.py/`` the name of a function or constant of it."""
    file, python, function = path.partition(".py/")
    if python:
        return f"```python\n{_function(DOCS / f'{file}.py', function)}\n```\n"
    kind = {".py": "python", ".md": "markdown"}.get(Path(path).suffix, "")
    return f"```{kind}\n{(DOCS / path).read_text(encoding='utf-8')}```\n"


def _function(file: Path, name: str) -> str:
    """The source of a function with its decorators, or of a constant, read without running it."""
    text = file.read_text(encoding="utf-8")
    (found,) = (node for node in ast.parse(text).body if _name(node) == name)
    decorators = found.decorator_list if isinstance(found, ast.FunctionDef) else []
    first = min([found.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(text.splitlines()[first - 1 : found.end_lineno])


def _name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return node.name if isinstance(node, ast.FunctionDef) else None


def schema(_argument: str) -> str:
    """The journal's tables."""
    statements = (importlib.resources.files("kassa.journal") / "schema.sql").read_text(encoding="utf-8")
    return f"```sql\n{statements.strip()}\n```\n"


def entry(_argument: str) -> str:
    """A sale of one item, finished at a till whose clock stands still."""
    identifiers = itertools.count(1)
    environment = Environment(clock=TestClock(), new_id=lambda: f"{next(identifiers):032x}")
    item = Item("1001", "Coffee", Decimal("54.90"), "12", Decimal("0.12"))
    payment = Payment("p1", "cash", "cash", "Cash", Decimal("55"), Decimal("100"), Decimal("45"), Decimal("0.10"))
    transaction = Transaction(
        environment.new_id(), "S1", "T1", "1001", "SEK", tax_included=True, started_at=environment.clock.utc(),
        lines=(Line("l1", item, Decimal(1)),), payments=(payment,),
    )  # fmt: skip
    record = RegisterRecord("T1", "Till 1", Store("S1", "Corner Shop", "SEK", timezone="Europe/Stockholm"))
    payload = raw(SalePayload(transaction, compute(transaction)))
    with tempfile.TemporaryDirectory() as folder, closing(Journal(Path(folder), environment, create=True)) as journal:
        journal.open_series(environment.new_id(), 1, record)
        new = NewEntry("sale", payload, staff_id="1001", amount=Decimal("54.90"), takes_receipt_number=True)
        data = journal.append(new, generation=0).data
    return f"```json\n{msgspec.json.format(data, indent=2).decode()}\n```\n"


def rules(_argument: str) -> str:
    """What each quality level of a plugin asks for."""
    rows = [(level, f"`{rule}`", words) for rule, (level, words) in RULES.items()]
    return _table(("Level", "Rule", "Asks for"), rows)


def public(_argument: str) -> str:
    """The modules that plugins may import."""
    return "".join(f"* `{module}`: {_first_sentence(module)}\n" for module in contract.PUBLIC)


def _first_sentence(module: str) -> str:
    """What a module is, in its own first words."""
    said = " ".join((importlib.import_module(module).__doc__ or "").split())
    return re.split(r"(?<=[.:])\s", said)[0].rstrip(".:").replace("``", "`")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


MAKERS: dict[str, Callable[[str], str]] = {
    maker.__name__: maker for maker in (operations, settings, example, schema, entry, rules, public, source)
}


def filled(text: str) -> str:
    """A page with its made parts as the code is now."""
    return MADE.sub(lambda found: f"{found[1]}{MAKERS[found[2]](found[3])}{found[4]}", text)


def record_contract() -> list[str]:
    """Add to the recorded contract what is new. What would break a plugin is not recorded, but said.

    :raises SystemExit: a hook or a record has changed so that plugins break.
    """
    path = Path(str(importlib.resources.files("kassa") / "contract.json"))
    before = contract.recorded() if path.exists() else None
    now = contract.current(before)
    broken = [] if before is None else contract.breaks(before, now)
    if broken:
        raise SystemExit("This breaks plugins (docs/compatibility.md):\n  " + "\n  ".join(broken))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(now), indent=1) + b"\n")
    return []


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    stale = [] if "--check" in arguments else record_contract()
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
