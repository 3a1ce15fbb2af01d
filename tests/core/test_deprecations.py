"""API levels and deprecations: the level before still runs, and what goes says so with the plugin's file and line."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import pytest

from kassa.hookspecs import PROJECT
from kassa.model import EnabledPlugin
from kassa.plugin_fit import Deprecation
from kassa.plugins import PluginHost

NAME = "acme_old"
SOURCE = '''"""A plugin of some level."""

from kassa import PluginInfo, hook

PLUGIN = PluginInfo(name="acme_old", version="1.0", api_level={level}, title="Old")


@hook
def sale_told(sale, register):
    """An old name."""


@hook
def sale_ended(sale, shop):
    """An old argument."""
'''
spec = pluggy.HookspecMarker(PROJECT)


@spec(warn_on_impl=DeprecationWarning("use sale_ended; it goes with API level 4"))
def sale_told(sale: int, register: str) -> None:
    """Goes."""


@spec(warn_on_impl_args={"shop": DeprecationWarning("use register")})
def sale_ended(sale: int, shop: str, register: str) -> None:
    """Stays, with an argument less."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the plugin is installed."""
    monkeypatch.syspath_prepend(tmp_path)
    info = tmp_path / f"{NAME}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[kassa.plugins]\n{NAME} = {NAME}\n", encoding="utf-8")
    yield tmp_path
    sys.modules.pop(NAME, None)


def load(site: Path, level: int) -> tuple[PluginHost, list[warnings.WarningMessage]]:
    """A host whose contract is of level 3, with the plugin of ``level``; and what Python was warned of."""
    contract: Any = ModuleType("contract")
    contract.API_LEVEL, contract.SUPPORTED_API_LEVELS = 3, frozenset({2, 3})
    contract.sale_told, contract.sale_ended = sale_told, sale_ended
    (site / f"{NAME}.py").write_text(SOURCE.format(level=level), encoding="utf-8")
    importlib.invalidate_caches()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        return PluginHost([EnabledPlugin(NAME)], contract=contract), warned


def test_what_goes_is_said_with_file_and_line(site: Path) -> None:
    """A hook and an argument that go: the plugin runs, and support and its maker are told where it uses them."""
    host, warned = load(site, 3)
    assert (list(host.loaded), host.problems) == ([NAME], [])
    assert set(host.deprecations) == {
        Deprecation(NAME, "sale_told: use sale_ended; it goes with API level 4", f"{site}/{NAME}.py:8"),
        Deprecation(NAME, "sale_ended(shop): use register", f"{site}/{NAME}.py:13"),
    }
    told = {(str(one.message), one.category, one.filename, one.lineno) for one in warned}
    assert told == {
        ("use sale_ended; it goes with API level 4", DeprecationWarning, f"{site}/{NAME}.py", 8),
        ("use register", DeprecationWarning, f"{site}/{NAME}.py", 13),
    }


def test_level_before_runs_and_is_told(site: Path) -> None:
    """A plugin of the level before is loaded; where it says its level there it is warned."""
    host, warned = load(site, 2)
    assert (list(host.loaded), host.problems) == ([NAME], [])
    (level,) = [one for one in host.deprecations if "API level 2" in one.what]
    assert level.place == f"{site}/{NAME}.py:5"
    assert (f"{site}/{NAME}.py", 5) in {(one.filename, one.lineno) for one in warned}


@pytest.mark.parametrize("level", [1, 4])
def test_other_levels_are_left_out(site: Path, level: int) -> None:
    """Two levels before, or one to come: the plugin is named with what is supported, and nothing of it runs."""
    host, _warned = load(site, level)
    (problem,) = host.problems
    assert (list(host.loaded), problem.stage) == ([], "check")
    assert problem.error == f"API level {level}; supported: [2, 3]"
