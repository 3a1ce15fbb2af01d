"""Kivy's global effects are kept in one place."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import kassa_ui
from kassa.testing.shop import Shop, wait_until
from kassa_ui.cli import read_size

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
        if path.name not in ("bridge.py", "app.py", "window.py", "stopping.py"):
            assert not imports(path) & {"threading", "asyncio"}, path


def test_importing_the_entry_leaves_kivy_alone() -> None:
    """``kassa ui --help`` and the demo's import of ``kassa_ui.app`` load no Kivy, so that nothing is set too late."""
    code = "import sys, kassa_ui.app, kassa_ui.cli; sys.exit('kivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_opens_the_window(tmp_path: Path, number: signal.Signals) -> None:
    """``kassa ui`` opens an activated register in a window; Ctrl+C, and a supervisor's SIGTERM, close it as its close
    button does, while Kivy still starts too."""
    with Shop(tmp_path) as shop:
        folder = shop.activate()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KIVY_")}
        command = [sys.executable, "-m", "kassa.cli", "ui", "-d", str(folder), "--theme", "dark"]
        window = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_until(lambda: (folder / "window" / "icon").exists() or window.poll() is not None, "Kivy has started", 30)
        wait_until(lambda: '"event": "connection"' in log(folder) or window.poll() is not None, "it is connected", 30)
        assert window.poll() is None
        window.send_signal(number)
        output = window.communicate(timeout=20)[0].decode()
        assert "Traceback" not in output + log(folder)
        assert window.returncode == 0


def log(folder: Path) -> str:
    path = folder / "log" / "kassa.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_a_folder_without_a_register(tmp_path: Path) -> None:
    """``kassa ui`` on a folder that is no register says so in words, and what to do."""
    command = [sys.executable, "-m", "kassa.cli", "ui", "-d", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "not been activated" in done.stderr
    assert "Traceback" not in done.stderr


def test_size() -> None:
    """A size is written as 1280x800, and nothing else is taken for one."""
    assert read_size("1280x800") == (1280, 800)
    for wrong in ("1280", "1280*800", "-1x800", "12x80"):
        with pytest.raises(typer.BadParameter):
            read_size(wrong)
