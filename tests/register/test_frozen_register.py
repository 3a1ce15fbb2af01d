"""A plugin that freezes the whole process: somebody kills it and starts it again, into its sale."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from tests.register.partner import store_with
from tests.register.watched_till import PATIENCE_S

from kassa.supervision.supervisor import Supervisor
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import SMALL_STORE

PLUGIN = """
import os, re, threading, time
from kassa import API_LEVEL, PluginInfo, hook

PLUGIN = PluginInfo(__name__, "1.0", API_LEVEL, "Freezes")

def freeze(directory):
    while not (directory / "freeze").exists() or str(os.getpid()) not in (directory / "lives").read_text():
        time.sleep(0.01)
    re.match(r"(a|a)*$", "a" * 64 + "b")

@hook
def register_ready(register):
    threading.Thread(target=freeze, args=(register.directory,), daemon=True).start()
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the plugin is installed, for this process and those that it starts."""
    folder = tmp_path / "site"
    info = folder / "acme_freezer-2.5.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_freezer.py").write_text(PLUGIN, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-freezer\nVersion: 2.5\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[kassa.plugins]\nacme_freezer = acme_freezer\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(Path(__file__).parents[2])]))
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.mark.soak
def test_a_frozen_register_comes_back_into_its_sale(tmp_path: Path, site: Path) -> None:
    """The plugin keeps the interpreter's lock, so nothing of the register gets on. It is killed and started again; the
    sale is there. The plugin is named with its file; the second time it is left out, headquarters is told, and
    ``--again`` lets it in."""
    with Shop(tmp_path, store=store_with(SMALL_STORE, "acme_freezer")) as shop:
        folder = shop.activate()
        command = [sys.executable, "-m", "tests.register.watched_till", str(folder)]
        codes: list[int] = []
        watcher = Supervisor(command, folder, patience_s=PATIENCE_S)
        watching = threading.Thread(target=lambda: codes.append(watcher.run()), daemon=True)
        watching.start()
        lives = folder / "lives"
        wait_until(lives.exists, "a sale has begun", 60)
        (folder / "freeze").touch()
        wait_until(lambda: len(lives.read_text().split()) == 3, "it was killed twice", 60)
        (folder / "close").touch()
        watching.join(60)
        assert codes == [0]

        register = shop.open_register(folder)
        assert register.transaction is not None
        assert [line.item.number for line in register.transaction.lines] == ["1001"]
        (problem,) = [one for one in register.plugins.problems if one.name == "acme_freezer"]
        assert "left out" in str(problem.what)
        assert (problem.distribution, problem.version) == ("acme-freezer", "2.5")
        assert problem.file.startswith(str(site / "acme_freezer.py:"))
        assert "acme_freezer" not in register.plugins.loaded
        assert any(one.stage == "frozen" for one in register.plugins_report().troubles)
        register.close()
