"""Fifty plugins: what they cost at the start of a register and in a scan, what a call of a hook costs, and that
plugins which are installed and not enabled cost nothing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import pluggy

from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import PROFILE, connect, disconnect, timed
from kassa import hookspecs
from kassa.hooks import Hooks
from kassa.hookspecs import PROJECT
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.states import store_with
from kassa.testing.store import SMALL_STORE

TITLE = "Fifty enabled plugins"
MANY = 50
STARTS, SCANS = 7, 60
START_LIMIT_S, SCAN_LIMIT_S = 0.4, 0.001
CALLS = 2000
TABLE = (0, 1, 5, 10, 20, 50)
SOURCE = """
from typing import Any, ClassVar
from kassa import Handler, Operation, PluginInfo, Query, hook
from kassa.text import literal
from kassa.windows import StatusItem

PLUGIN = PluginInfo(name=__name__, version="1.0", api_level={level}, title="One of many")

class Ask(Query[int], frozen=True):
    NAME: ClassVar[str] = __name__ + ".ask"
    ANSWER: ClassVar[Any] = int

@hook
def register_operations():
    return [Operation({number}, literal(__name__), lambda context: None)]

@hook
def register_handlers():
    return [Handler(Ask, lambda request, context: 1)]

@hook
def register_ready(register):
    register.setting(__name__, "last")

@hook
def status_items(view):
    return [StatusItem("text", literal(__name__))]

@hook
def transaction_changed(transaction, register):
    len(transaction.lines)
"""


class Run(NamedTuple):
    """Seconds: of a register's start, and of a scan."""

    start: float
    scan: float


def measure(folder: Path) -> list[Figure]:
    """Two registers of one shop in turn, one with none of the fifty that are installed and one with all: the start of
    each, imports and all, and its scans; the middle of each counts."""
    names = [f"many_{number:02}" for number in range(MANY)]
    registers = [SMALL_STORE["registers"][0], store_with(names)["registers"][1]]
    store = {**SMALL_STORE, "registers": registers}
    with _installed(folder / "site", names), Shop(folder / "shop", process=True, profile=PROFILE, store=store) as shop:
        folders = [shop.activate(register["register_id"]) for register in registers]
        for each in folders:
            with _open(shop, each) as register:
                shop.log_on(register)
                shop.with_data(register)
        _forget(names)
        few = [_run(shop, folders[0], names) for _round in range(STARTS)]
        imported = sum(name in sys.modules for name in names)
        many = [_run(shop, folders[1], names) for _round in range(STARTS)]
    bare, full = (Run(*(median(each) for each in zip(*runs, strict=True))) for runs in (few, many))
    return [
        Figure("imported of 50 that are installed and not enabled", float(imported), "", 0.0, "none"),
        milliseconds("start without them", bare.start),
        milliseconds("start with 50, more than without", full.start - bare.start, START_LIMIT_S, "400 ms"),
        milliseconds("a scan without them", bare.scan),
        milliseconds("a scan with 50, more than without", full.scan - bare.scan, SCAN_LIMIT_S, "1 ms"),
        *(_call(count) for count in TABLE),
    ]


def _forget(names: list[str]) -> None:
    """As in a new process, as far as these modules go."""
    for name in names:
        sys.modules.pop(name, None)


@contextmanager
def _open(shop: Shop, folder: Path) -> Iterator[Register]:
    register = shop.open_register(folder)
    try:
        yield register
    finally:
        register.close()


def _run(shop: Shop, folder: Path, names: list[str]) -> Run:
    _forget(names)
    before = perf_counter()
    with _open(shop, folder) as register:
        start = perf_counter() - before
        shop.log_on(register)
        disconnect(register)
        scans = [timed(lambda: register.run(100, code=shop.barcode("1001"))) for _scan in range(SCANS)]
        register.run(500)
        connect(register)
    return Run(start, median(scans))


@contextmanager
def _installed(site: Path, names: list[str]) -> Iterator[None]:
    for number, name in enumerate(names):
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[kassa.plugins]\n{name} = {name}\n", encoding="utf-8")
        source = SOURCE.format(level=hookspecs.API_LEVEL, number=5000 + number)
        (site / f"{name}.py").write_text(source, encoding="utf-8")
    sys.path.insert(0, str(site))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(site))


def _call(count: int) -> Figure:
    """One call of a hook that so many plugins implement and do nothing in."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    for number in range(count):
        plugin: Any = type(sys)(f"one_{number}")
        plugin.transaction_changed = hookspecs.hook(lambda transaction, register: None)
        manager.register(plugin, name=plugin.__name__)
    hooks = Hooks(manager, lambda *_told: None)
    nothing: Any = None
    times = [timed(lambda: hooks.transaction_changed(nothing, nothing)) for _call in range(CALLS)]
    return Figure(f"a hook with {count} implementations", median(times) * 1e6, "µs", None, "")
