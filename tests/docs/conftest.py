"""The plugins of docs/examples, installed as distributions."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import PLUGINS, REGISTER, SMALL_STORE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Each module of docs/examples is an installed plugin of that name; the names."""
    site = tmp_path / "site"
    names = [path.stem for path in sorted(EXAMPLES.glob("*.py"))]
    for name in names:
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[kassa.plugins]\n{name} = {name}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    monkeypatch.syspath_prepend(EXAMPLES)
    importlib.invalidate_caches()
    yield names
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def open_with(examples: list[str], make_shop: Callable[..., Shop]) -> Callable[..., tuple[Shop, Register]]:
    """Opens a register whose record lists some of our plugins and some of the examples."""

    def open_register(*added: str, without: tuple[str, ...] = ()) -> tuple[Shop, Register]:
        listed = [*added, *(name for name in PLUGINS if name not in without)]
        register: dict[str, Any] = {"register_id": REGISTER, "name": "Kassa 1"}
        register["plugins"] = [{"name": name, "required": name in added} for name in listed]
        shop = make_shop(
            store={**SMALL_STORE, "registers": [register]},
            profile={"request_timeout_s": 1.5, "reconnect_interval_min": 0.25},
        )
        opened = shop.open_register()
        assert opened.plugins.problems == []
        return shop, opened

    return open_register
