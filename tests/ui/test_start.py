"""Kivy's global effects are kept in one place."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import kassa_ui

UI = Path(kassa_ui.__file__).parent


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_presenters_know_no_kivy() -> None:
    """Presenters import nothing of Kivy, nor of what draws."""
    for path in (UI / "presenters").glob("*.py"):
        for name in imports(path):
            assert name.split(".")[0] != "kivy", path
            assert not name.startswith(("kassa_ui.widgets", "kassa_ui.screens", "kassa_ui.window")), path


def test_only_the_bridge_touches_threads() -> None:
    """Threads and tasks are the bridge's: whatever else wants one goes through it."""
    for path in UI.rglob("*.py"):
        if path.name not in ("bridge.py", "app.py", "window.py"):
            assert not imports(path) & {"threading", "asyncio"}, path


def test_importing_the_entry_leaves_kivy_alone() -> None:
    """``kassa ui --help`` and the demo's import of ``kassa_ui.app`` load no Kivy, so that nothing is set too late."""
    code = "import sys, kassa_ui.app, kassa_ui.cli; sys.exit('kivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
