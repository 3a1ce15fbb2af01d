"""What the pages name exists under that name."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from tests.docs.conftest import DOCS, ROOT

PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
PATH = re.compile(r"(core|plugins|ui|server|tests|docs|script)/[\w./-]*")
NAME = re.compile(r"kassa\w*(\.\w+)*")
NOT_PYTHON = {"kassa", "kassa.log"}
"""The command, and files whose names look like modules."""


def named(page: Path, pattern: re.Pattern[str]) -> set[str]:
    """What stands in code type on a page and looks like that, as a whole."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {found for found in CODE.findall(text) if pattern.fullmatch(found)}


def exists(name: str) -> bool:
    """Whether a dotted name leads to a module, or to something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_are_there(page: Path) -> None:
    """A file or folder of the project that a page names is there."""
    assert {path for path in named(page, PATH) if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_of_code_lead_somewhere(page: Path) -> None:
    """A module, class or function that a page names can be imported."""
    assert {name for name in named(page, NAME) - NOT_PYTHON if not exists(name)} == set()


def test_architecture_names_every_room() -> None:
    """Each package of the core and each plugin has its place on the page."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rooms = [f"kassa.{path.parent.name}" for path in (ROOT / "core" / "kassa").glob("*/__init__.py")]
    assert [room for room in rooms if f"`{room}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project leads to one."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
