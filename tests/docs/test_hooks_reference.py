"""docs/hooks.md says of each hook what kassa/hookspecs.py says."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

import pytest
from tests.docs.conftest import DOCS

from kassa import hookspecs
from kassa.contract import current, recorded
from kassa.hookspecs import API_LEVEL, PROJECT

SPECS = {name: function for name, function in vars(hookspecs).items() if hasattr(function, f"{PROJECT}_spec")}
POINTS = ("When", "Thread", "Arguments", "Result", "If it fails")


@dataclass(frozen=True)
class Section:
    """What the page says of one hook."""

    heading: str
    body: str

    @property
    def name(self) -> str:
        return self.heading.partition("(")[0]

    def point(self, name: str) -> str:
        found = re.search(rf"^\* \*\*{name}:\*\* (.+?)(?=\n\*|\n\n)", self.body, re.MULTILINE | re.DOTALL)
        return " ".join(found[1].split()) if found else ""


def sections() -> list[Section]:
    """The sections whose heading is a signature."""
    parts = re.split(r"^### `(.+)`$", (DOCS / "hooks.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [Section(heading, body) for heading, body in zip(parts[1::2], parts[2::2], strict=True)]


SECTIONS = {section.name: section for section in sections()}


def test_every_hook_has_one_section_in_the_contracts_order() -> None:
    """No hook is undocumented, none is documented twice, and none that does not exist."""
    assert [section.name for section in sections()] == list(SPECS)


@pytest.mark.parametrize("name", SPECS)
def test_heading_is_the_signature(name: str) -> None:
    """A hook's heading is its exact signature."""
    signature = inspect.signature(SPECS[name])
    arguments = ", ".join(f"{each.name}: {each.annotation}" for each in signature.parameters.values())
    assert SECTIONS[name].heading == f"{name}({arguments}) -> {signature.return_annotation}"


@pytest.mark.parametrize("name", SPECS)
def test_section_says_kind_and_level(name: str) -> None:
    """A section says the kind that the specification says, and since which API level the hook exists."""
    said = re.search(r"^\*(\w+)\*, since API level (\d+)\.$", SECTIONS[name].body, re.MULTILINE)
    assert said is not None
    assert f"*{said[1]}*" in (SPECS[name].__doc__ or "")
    assert 1 <= int(said[2]) <= API_LEVEL


@pytest.mark.parametrize("name", SPECS)
def test_section_says_all_of_it(name: str) -> None:
    """When, on which thread, each argument, the result, what a failure does, and an example of that very hook."""
    section = SECTIONS[name]
    assert [point for point in POINTS if not section.point(point)] == []
    for argument in inspect.signature(SPECS[name]).parameters:
        assert f"`{argument}`" in section.point("Arguments")
    assert f"@hook\ndef {name}(" in section.body


def test_kinds_are_as_pluggy_is_told() -> None:
    """*Decide* is what stops at the first answer; *notify* is what answers nothing."""
    for name, function in SPECS.items():
        decides = getattr(function, f"{PROJECT}_spec")["firstresult"]
        assert decides == ("*Decide*" in SECTIONS[name].body)
        nothing = inspect.signature(function).return_annotation == "None"
        assert nothing == ("*Notify*" in SECTIONS[name].body) == (SECTIONS[name].point("Result") == "Nothing.")


def test_every_hook_is_recorded_as_the_page_says() -> None:
    """A hook that was added is in the recorded contract (script/docs writes it), with the level that the page names."""
    known = recorded()
    assert known.hooks == current(known).hooks, "run script/docs"
    assert known.api_level == API_LEVEL, "run script/docs"
    for name, hook in known.hooks.items():
        assert f"since API level {hook.since}." in SECTIONS[name].body
