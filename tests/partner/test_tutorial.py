"""docs/partner-tutorial.md, done for real on a partner's machine: what it says to type is typed, what it shows to write
is written, and what comes out is docs/example-plugin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.docs.test_tutorial import shown_is_true
from tests.partner.conftest import LOYALTY, ROOT, Partner

from kassa.partner.new import make_plugin

pytestmark = pytest.mark.timeout(900)
PAGE = ROOT / "docs" / "partner-tutorial.md"
EXAMPLE = ROOT / "docs" / "example-plugin"
STEP = re.compile(
    r"^```console\n(?P<console>.*?)^```$"
    r"|^<!-- made: source example-plugin/(?P<file>\S+) -->\n```\w*\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
LONG = ("python -m pytest -q", "kassa plugin check dist/acme_loyalty-0.1.0-py3-none-any.whl | tail -1")
"""Typed when there is time (``--soak``): a new plugin's tests, and a check that runs one, have tests of their own."""
CHANGED = {
    "README.md",
    "acme_loyalty/locale/sv/LC_MESSAGES/acme_loyalty.po",
    "acme_loyalty/points.py",
    "acme_loyalty/settings.py",
    "tests/test_points.py",
}


class Step(NamedTuple):
    """Something to type, with what it says; or a file to write."""

    command: str
    shown: str
    file: str = ""


def steps() -> Iterator[Step]:
    """What the page says to do, in its order."""
    for found in STEP.finditer(PAGE.read_text(encoding="utf-8")):
        if found["file"]:
            yield Step("", found["text"], found["file"])
            continue
        for part in re.split(r"^\$ ", found["console"], flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield Step(command, output)


def kept(folder: Path) -> dict[str, bytes]:
    """The files of a distribution that are its own; of a compiled catalogue, which says what compiled it, the name."""
    made = (".pytest_cache", ".ruff_cache", "__pycache__", "build", "dist", "acme_loyalty.egg-info")
    return {
        path.relative_to(folder).as_posix(): b"" if path.suffix == ".mo" else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not set(made) & set(path.relative_to(folder).parts)
    }


def test_page_leads_to_the_example(partner: Partner, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """From an empty folder to a wheel whose tests pass from it: command by command, file by file."""
    folder = tmp_path
    for step in steps():
        if step.file:
            (folder / step.file).write_text(step.shown, encoding="utf-8")
        elif step.command.startswith("cd "):
            folder /= step.command[3:]
        elif step.command not in LONG or request.config.getoption("--soak"):
            real = partner.run(step.command, folder=folder, code=None)
            assert shown_is_true(step.shown, real), f"$ {step.command}\n{real}"
    assert kept(folder) == kept(EXAMPLE)


def test_example_is_what_the_command_makes(tmp_path: Path) -> None:
    """Whatever the page does not change is as ``kassa plugin new`` writes it today."""
    make_plugin(LOYALTY, tmp_path / LOYALTY)
    new, example = kept(tmp_path / LOYALTY), kept(EXAMPLE)
    assert new.keys() == example.keys()
    assert {name for name in new if new[name] != example[name]} == CHANGED
