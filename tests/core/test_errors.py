"""The tree of errors: as it is drawn, as it is raised, as it travels."""

from __future__ import annotations

import re

import msgspec
import pytest

from kassa import errors
from kassa.errors import REFUSALS, KassaError, NotAllowed, Refusal
from kassa.protocol import RefusalMessage
from kassa.text import literal

DRAWN = re.compile(r"^ {4}(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+) ")


def drawn() -> dict[str, str | None]:
    """Each class of the tree in the module's docstring, with the one it hangs on."""
    parents: dict[str, str | None] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = DRAWN.match(line)
        if found is None:
            continue
        depth = len(found["branch"]) // 4
        parents[found["name"]] = above[depth - 1] if depth else None
        above[depth:] = [found["name"]]
    return parents


def classes(kind: type[KassaError] = KassaError) -> dict[str, type[KassaError]]:
    """Every error class of the module."""
    found = {kind.__name__: kind}
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            found |= classes(below)
    return found


def test_drawn_tree_is_the_tree() -> None:
    """The tree at the top of the module shows each class once, under its base, and nothing that does not exist."""
    as_written = {name: None if kind is KassaError else kind.__bases__[0].__name__ for name, kind in classes().items()}
    assert drawn() == as_written


def test_every_error_has_its_own_code() -> None:
    """A code names one class: support and the other side tell errors apart by it."""
    by_code = {kind.code: name for name, kind in classes().items()}
    assert sorted(by_code.values()) == sorted(classes())


def test_every_refusal_is_in_the_table_by_its_code() -> None:
    """The table that reads refusals off the wire has all of them, each under its own code."""
    assert {code: kind.__name__ for code, kind in REFUSALS.items()} == {
        kind.code: name for name, kind in classes(Refusal).items()
    }


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_refusal_travels(code: str) -> None:
    """A refusal comes out of the wire as the class that went in, with its words, hint and place."""
    message = RefusalMessage(code, literal("no"), literal("do this"), "here", override=code == NotAllowed.code)
    read = msgspec.json.decode(msgspec.json.encode(message), type=RefusalMessage).error()
    assert type(read) is REFUSALS[code]
    assert (read.what, read.hint, read.where) == (message.what, message.hint, message.where)
    assert getattr(read, "override", False) is message.override


def test_refusal_of_another_version_is_still_a_refusal() -> None:
    """A code that this version does not know is a plain refusal, never a crash and never taken for no answer."""
    assert type(RefusalMessage("invented_later", literal("no")).error()) is Refusal


def test_a_refusal_has_the_status_of_a_refusal() -> None:
    """No refusal has a status that would be taken for no answer or for success."""
    from kassa.protocol import NO_ANSWER_STATUSES

    for kind in REFUSALS.values():
        assert 400 <= kind.status < 500
        assert kind.status not in NO_ANSWER_STATUSES


def test_error_says_what_where_and_what_is_kept() -> None:
    """An error's words name what happened and the place; what is kept is said unless told otherwise."""
    error = KassaError(literal("The drawer is stuck."), where="drawer 1")
    assert str(error) == "The drawer is stuck. [drawer 1]"
    assert error.kept == errors.SALE_KEPT
