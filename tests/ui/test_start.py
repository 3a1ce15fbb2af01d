"""Kivy's global effects are kept in one place."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

import kassa_ui
from kassa.journal.database import damaged
from kassa.testing.shop import Shop, wait_until
from kassa_ui.cli import read_size

if TYPE_CHECKING:
    from tests.ui.pilot import Pilot

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


def test_a_register_that_cannot_be_opened_says_so_in_its_window(tmp_path: Path) -> None:
    """On a till nobody reads a terminal: a damaged journal is told in a window, which stays until it is closed; the
    terminal has the same words, and the process ends with 1."""
    with Shop(tmp_path) as shop:
        folder = shop.activate()
    (folder / "journal.db").write_bytes(b"no journal" * 1000)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KIVY_")}
    command = [sys.executable, "-m", "kassa.cli", "ui", "-d", str(folder)]
    window = subprocess.Popen(
        command, env={**environment, "DISPLAY": ":0"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    wait_until(lambda: (folder / "window" / "icon").exists() or window.poll() is not None, "Kivy has started", 30)
    assert window.poll() is None
    window.send_signal(signal.SIGTERM)
    output = window.communicate(timeout=20)[0].decode()
    assert "Traceback" not in output
    assert "journal is damaged" in output
    assert window.returncode == 1


@pytest.mark.parametrize(("language", "said"), [("sv", "Kassans journal är skadad."), ("en", "journal is damaged.")])
def test_what_a_register_that_cannot_be_opened_says(pilot: Pilot, language: str, said: str) -> None:
    """What happened, what is kept and what to do, in one language, with the first line of what support asks for."""
    from kassa_ui.cannot_open import screen_for

    error = damaged(Path("journal.db"), "first line\nsecond line")
    screen = screen_for(error, language)
    assert said in screen.what
    assert error.hint is not None
    assert error.hint.words(language) in screen.detail
    assert screen.where.endswith("first line")


@pytest.mark.parametrize(
    ("named", "language"), [({"LANG": "sv_SE.UTF-8"}, "sv"), ({"LANG": "sv_SE", "LC_ALL": "en_GB"}, "en"), ({}, "en")]
)
def test_the_system_s_language(monkeypatch: pytest.MonkeyPatch, named: dict[str, str], language: str) -> None:
    """What cannot be opened cannot say the store's language: the system's, by the order in which its variables
    count."""
    from kassa_ui.cannot_open import system_language

    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert system_language() == language


def test_size() -> None:
    """A size is written as 1280x800, and nothing else is taken for one."""
    assert read_size("1280x800") == (1280, 800)
    for wrong in ("1280", "1280*800", "-1x800", "12x80"):
        with pytest.raises(typer.BadParameter):
            read_size(wrong)
