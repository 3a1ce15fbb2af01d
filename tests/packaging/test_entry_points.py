"""What the installed distribution offers by name: plugins, commands, the store server and the test kit."""

from __future__ import annotations

from importlib.metadata import EntryPoint, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECLARED = list(distribution("kassa").entry_points)


def names(group: str) -> set[str]:
    return {entry.name for entry in DECLARED if entry.group == group}


@pytest.mark.parametrize("entry", DECLARED, ids=lambda entry: f"{entry.group}:{entry.name}")
def test_entry_point_loads(entry: EntryPoint) -> None:
    """Each name leads to something."""
    assert entry.load() is not None


def test_every_plugin_folder_is_a_plugin() -> None:
    """``plugins/kassa_<name>`` is the plugin ``<name>``: a folder without an entry point would never be loaded."""
    folders = {path.parent.name.removeprefix("kassa_") for path in ROOT.glob("plugins/*/__init__.py")}
    assert names("kassa.plugins") == folders


def test_kit_is_a_pytest_plugin() -> None:
    """A partner who installs Kassa has the fixtures of its test kit without importing anything."""
    assert names("pytest11") == {"kassa"}


def test_command_is_installed() -> None:
    """``kassa`` is a command."""
    assert names("console_scripts") == {"kassa"}
