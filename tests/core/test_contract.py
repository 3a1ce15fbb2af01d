"""The recorded contract with plugins: nothing that a plugin relies on goes away, and the record is up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pluggy
import pytest
from msgspec.structs import replace

from kassa import hookspecs
from kassa.contract import OPTIONAL, REQUIRED, Contract, HookContract, breaks, current, recorded
from kassa.hookspecs import API_LEVEL, PROJECT, SUPPORTED_API_LEVELS

ROOT = Path(__file__).parents[2]


def test_no_plugin_is_broken() -> None:
    """What was recorded holds: an incompatible change of a hook or a record fails here, with its name."""
    assert breaks(recorded(), current(recorded())) == []


def test_level_before_is_supported() -> None:
    """The current API level and the one before it are supported."""
    assert frozenset({API_LEVEL, API_LEVEL - 1}) - {0} == SUPPORTED_API_LEVELS


def specs(level: int, **functions: Callable[..., object]) -> ModuleType:
    """A contract made on the spot."""
    module = ModuleType("specs")
    module.API_LEVEL = level  # type: ignore[attr-defined]
    for name, function in functions.items():
        setattr(module, name, function)
    return module


spec = pluggy.HookspecMarker(PROJECT)


@spec
def told(sale: int, register: str) -> None:
    """A hook."""


@spec
def told_less(sale: int) -> None:
    """The same with an argument less."""


@spec
def told_more(sale: int, register: str, why: str) -> None:
    """The same with an argument more."""


@spec
def told_otherwise(sale: str, register: str) -> None:
    """The same with another type."""


@spec
def asked(sale: int, register: str) -> int | None:
    """The same with an answer."""


@spec(firstresult=True)
def decided(sale: int, register: str) -> None:
    """The same, decided."""


@spec(warn_on_impl=DeprecationWarning("use tell"))
def told_still(sale: int, register: str) -> None:
    """The same, on its way out."""


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (told_less, "no longer has the argument register"),
        (told_otherwise, "sale was int and is str"),
        (asked, "was to answer None"),
        (decided, "decided by the first answer"),
    ],
)
def test_incompatible_change_of_a_hook_is_named(change: Callable[..., object], named: str) -> None:
    """An argument that goes, a type, an answer or a kind that changes would break a plugin, at whatever level."""
    before = current(None, specs(1, tell=told))
    for level in (1, 2):
        (found,) = [one for one in breaks(before, current(before, specs(level, tell=change))) if "hook tell" in one]
        assert named in found


def test_addition_breaks_nothing() -> None:
    """A further argument, a further hook: plugins take what they know. A new hook is of the level of its time."""
    before = current(None, specs(1, tell=told))
    now = current(before, specs(2, tell=told_more, ask=asked))
    assert breaks(before, now) == []
    assert {name: hook.since for name, hook in now.hooks.items()} == {"tell": 1, "ask": 2}


def test_hook_goes_one_level_after_it_was_deprecated() -> None:
    """A hook may go only if the last record says that it was on its way out, and only with a new level."""
    for first, second, broken in ((told, 2, True), (told_still, 1, True), (told_still, 2, False)):
        before = current(None, specs(1, tell=first))
        gone = ["hook tell is gone"] if broken else []
        assert breaks(before, current(before, specs(second))) == gone


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ({"a": REQUIRED}, {"a": REQUIRED, "b": OPTIONAL}, False),
        ({"a": REQUIRED}, {"a": REQUIRED, "b": REQUIRED}, True),
        ({"a": OPTIONAL}, {"a": REQUIRED}, True),
        ({"a": REQUIRED}, {"a": OPTIONAL}, False),
        ({"a": REQUIRED}, {}, True),
    ],
)
def test_change_of_a_record(old: dict[str, str], new: dict[str, str], broken: bool) -> None:
    """Fields and parameters may come with a default, and never go or become needed."""
    before = Contract(1, {}, {"kassa.Operation": {"": old, "run": {}}})
    now = replace(before, records={"kassa.Operation": {"": new, "run": {}}})
    assert bool(breaks(before, now)) == broken
    assert breaks(before, replace(before, records={})) == ["kassa.Operation is gone"]


def test_further_method_of_what_plugins_provide() -> None:
    """A connection is a plugin's own: one more method would break it."""
    known = recorded()
    more = {**known.records["kassa.connection.Connection"], "hurry": {}}
    now = replace(known, records={**known.records, "kassa.connection.Connection": more})
    assert breaks(known, now) == ["plugins that provide a kassa.connection.Connection have no hurry"]
    assert breaks(now, known) == ["kassa.connection.Connection.hurry is gone"]


def test_record_is_of_the_real_contract() -> None:
    """The record holds what plugins use: hooks with their arguments, and the classes that cross the contract."""
    known = recorded()
    assert known.hooks["transaction_finished"] == HookContract(
        1, {"finished": "Finished", "register": "RegisterFace"}, "None"
    )
    assert known.hooks["authorize_card"].firstresult
    assert known.records["kassa.operations.Operation"][""]["run"] == REQUIRED
    assert "send" in known.records["kassa.operations.OperationContext"]
    assert "publish" in known.records["kassa.register.face.RegisterFace"]
    assert {name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), f"{PROJECT}_spec")} == set(
        known.hooks
    )
