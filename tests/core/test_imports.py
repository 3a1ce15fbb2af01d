"""What importing Kassa brings with it: neither Kivy nor anything else that a till without a screen lacks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import importlib, json, sys
for name in json.load(sys.stdin):
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def modules(room: str) -> list[str]:
    """Every module below a room's folder, by its dotted name."""
    found = []
    for path in sorted((ROOT / room).rglob("*.py")):
        parts = path.relative_to(ROOT / room).with_suffix("").parts
        if parts[-1] != "__main__":
            found.append(".".join(parts).removesuffix(".__init__"))
    return found


def imported_with(names: list[str]) -> set[str]:
    """The top-level packages that a fresh Python has loaded after importing ``names``."""
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    ran = subprocess.run(command, input=json.dumps(names), capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


@pytest.mark.parametrize(
    ("room", "strangers"),
    [
        ("core", {"kivy", "kivymd", "kassa_ui", "kassa_server"}),
        ("plugins", {"kivy", "kivymd", "kassa_ui", "kassa_server", "starlette", "sqladmin"}),
    ],
)
def test_room_imports_without_a_screen(room: str, strangers: set[str]) -> None:
    """Every module of core and plugins imports by itself, and none of them brings Kivy, the screens or the server."""
    loaded = imported_with(modules(room))
    assert loaded & strangers == set()


def test_core_loads_no_plugin() -> None:
    """The core, imported whole, has loaded no plugin: it meets them by their entry points only."""
    plugins = {path.parent.name for path in ROOT.glob("plugins/*/__init__.py")}
    assert len(plugins) > 4
    assert imported_with(modules("core")) & plugins == set()


def test_public_names_are_sorted_and_real() -> None:
    """``kassa.__all__`` is what a plugin starts from: sorted, and each name is there."""
    import kassa

    assert sorted(kassa.__all__) == kassa.__all__
    for name in kassa.__all__:
        assert getattr(kassa, name) is not None
