"""The commerce runtime: which handlers it takes in, and what it does with what they do."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import pytest

from kassa.environment import Environment
from kassa.errors import NotFound, NotServed, PluginFailure
from kassa.model import Store
from kassa.runtime.request import Command, Handler, HandlerContext, Query, Request, RequestContext, Side
from kassa.runtime.runtime import Runtime
from kassa.text import literal


class Points(Query[int], frozen=True):
    """A partner's query."""

    NAME: ClassVar[str] = "acme.points"
    ANSWER: ClassVar[Any] = int

    card: str = ""


class AddPoints(Command[int], frozen=True, kw_only=True):
    """A partner's command."""

    NAME: ClassVar[str] = "acme.add_points"
    ANSWER: ClassVar[Any] = int


class Neither(Request[int], frozen=True):
    """Says neither that it asks nor that it changes something."""

    NAME: ClassVar[str] = "acme.neither"
    ANSWER: ClassVar[Any] = int


class Nameless(Query[int], frozen=True):
    """Has no name to be called by."""

    ANSWER: ClassVar[Any] = int


class Answerless(Query[int], frozen=True):
    """Does not say what it answers."""

    NAME: ClassVar[str] = "acme.answerless"


class OtherPoints(Query[int], frozen=True):
    """Takes the name of another."""

    NAME: ClassVar[str] = "acme.points"
    ANSWER: ClassVar[Any] = int


def answer(_request: Any, _context: HandlerContext) -> int:
    return 7


def context(side: Side = Side.REGISTER) -> HandlerContext:
    """A handler's context; these handlers look at no rows."""
    nothing: Any = None
    return HandlerContext(
        side, nothing, nothing, RequestContext("S1", "R1"), Store("S1", "Store", "SEK"), Environment()
    )  # fmt: skip


@pytest.mark.parametrize("request_type", [Neither, Nameless, Answerless, dict, "acme.points"])
def test_request_that_does_not_declare_itself_is_refused(request_type: Any) -> None:
    """What is neither query nor command, or has no name or answer, is refused; its plugin is named, others go on."""
    runtime = Runtime([("acme", Handler(request_type, answer)), ("good", Handler(Points, answer))])
    (refused,) = runtime.refused
    assert refused.plugin == "acme"
    assert getattr(request_type, "__name__", request_type) in str(refused.what)
    assert runtime.names == ["acme.points"]


def test_name_that_is_taken_is_refused_and_both_are_named() -> None:
    """The first of two claims on one name stays; the refusal names both plugins."""
    runtime = Runtime([("first", Handler(Points, answer)), ("second", Handler(OtherPoints, answer))])
    (refused,) = runtime.refused
    assert refused.plugin == "second"
    assert "first" in str(refused.what)
    assert "second" in str(refused.what)
    assert runtime.request_type("acme.points") is Points
    assert runtime.plugin_of("acme.points") == "first"


def test_query_and_command_are_answered() -> None:
    """A request goes to its handler, found by its name."""
    runtime = Runtime([("acme", Handler(Points, answer)), ("acme", Handler(AddPoints, answer))])
    assert runtime.names == ["acme.add_points", "acme.points"]
    assert runtime.execute(Points("17"), context()) == 7
    assert runtime.execute(AddPoints(command_id="0" * 32), context(Side.STORE_SERVER)) == 7


def test_refusal_of_a_handler_is_an_answer() -> None:
    """A handler that says no is heard as it said it."""

    def refuse(_request: Points, _context: HandlerContext) -> int:
        raise NotFound(literal("No such card."))

    with pytest.raises(NotFound, match="No such card"):
        Runtime([("acme", Handler(Points, refuse))]).execute(Points(), context())


@pytest.mark.parametrize("error", [ZeroDivisionError("division by zero"), SystemExit("division by zero")])
def test_handler_that_raises_is_isolated_and_named(error: BaseException) -> None:
    """Any other exception becomes a failure of its plugin; its words do not reach the cashier."""

    def fail(_request: Points, _context: HandlerContext) -> int:
        raise error

    with pytest.raises(PluginFailure) as caught:
        Runtime([("acme", Handler(Points, fail))]).execute(Points(), context())
    assert caught.value.plugin == "acme"
    assert caught.value.where == "acme.points"
    assert "division" not in str(caught.value)
    assert caught.value.__cause__ is error


def test_request_without_handler_is_not_served() -> None:
    """An unknown name has a typed answer of its own, by whatever way it is asked for."""
    runtime = Runtime([])
    with pytest.raises(NotServed):
        runtime.execute(Points(), context())
    with pytest.raises(NotServed):
        runtime.request_type("acme.points")
    assert not runtime.serves("acme.points", Side.REGISTER)


def test_handler_runs_only_on_its_sides() -> None:
    """A handler for the store server alone is not served in the register."""
    runtime = Runtime([("acme", Handler(Points, answer, frozenset({Side.STORE_SERVER})))])
    assert runtime.serves("acme.points", Side.STORE_SERVER)
    assert not runtime.serves("acme.points", Side.REGISTER)
    assert runtime.execute(Points(), context(Side.STORE_SERVER)) == 7
    with pytest.raises(NotServed):
        runtime.execute(Points(), context(Side.REGISTER))


def test_request_is_a_message() -> None:
    """A request read back from its JSON is the same request: it may have crossed the network."""
    for sent in (Points("17"), AddPoints(command_id="ab" * 16)):
        assert msgspec.json.decode(msgspec.json.encode(sent), type=type(sent)) == sent
