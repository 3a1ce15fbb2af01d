"""The typed face of the hooks: the same contract as the specifications, kept whatever plugins do."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import pluggy
import pytest

from kassa import hookspecs
from kassa.devices import DeviceStatus
from kassa.discounting import OfferedDiscount
from kassa.documents import Document
from kassa.environment import Environment
from kassa.errors import InvalidInput
from kassa.fiscal import FiscalAnswer
from kassa.gateway.online_only import OnlineOnlyConnection
from kassa.hooks import Hooks
from kassa.hookspecs import PROJECT, hook
from kassa.journal import JournalPlace
from kassa.operations import Operation
from kassa.payment_terminal import CardAnswer
from kassa.plugin_tables import PluginColumn, PluginTable
from kassa.register.face import SyncStatus
from kassa.requests.catalogue import FindItem, SearchItems
from kassa.requests.catalogue_handlers import find_item, search_items
from kassa.runtime.request import Handler
from kassa.text import literal
from kassa.transaction_fields import TransactionField
from kassa.windows import StatusItem, Window

SPECS: dict[str, Callable[..., Any]] = {
    name: function for name, function in vars(hookspecs).items() if hasattr(function, f"{PROJECT}_spec")
}


def connection() -> OnlineOnlyConnection:
    """A connection of nothing."""
    nobody: Any = SimpleNamespace(environment=Environment())
    return OnlineOnlyConnection(nobody, nobody)


DECIDED: dict[str, tuple[Any, Any]] = {
    "provide_connection": (connection(), connection()),
    "synchronisation_status": (SyncStatus(running=literal("one")), SyncStatus(running=literal("other"))),
    "synchronise_now": (True, False),
    "describe_window": (Window("one", literal("one")), Window("other", literal("other"))),
    "authorize_card": (CardAnswer("approved", literal("one")), CardAnswer("declined", literal("other"))),
    "reverse_card": (CardAnswer("approved", literal("one")), CardAnswer("declined", literal("other"))),
    "fiscal": (FiscalAnswer("signed"), FiscalAnswer("unsigned")),
    "check_transaction": (literal("one"), literal("other")),
    "compose_document": (Document("one", ()), Document("other", ())),
    "print_document": (True, False),
    "open_drawer": (True, False),
}
COLLECTED: dict[str, tuple[Any, Any]] = {
    "register_operations": tuple(Operation(5000 + n, literal(str(n)), lambda _context: None) for n in (1, 2)),
    "register_handlers": (Handler(FindItem, find_item), Handler(SearchItems, search_items)),
    "declare_tables": tuple(PluginTable(name, "a", (PluginColumn("a", "code", 9),)) for name in ("one", "other")),
    "declare_fields": (TransactionField("one", "text"), TransactionField("other", "text")),
    "offer_discounts": (OfferedDiscount("l1", "A", "A", Decimal(1)), OfferedDiscount("l1", "B", "B", Decimal(2))),
    "status_items": (StatusItem("text", literal("one")), StatusItem("text", literal("other"))),
    "journal_needed": (JournalPlace("one", 1), JournalPlace("other", 2)),
    "check_devices": tuple(DeviceStatus(literal(name), "ready", literal("works")) for name in ("one", "other")),
}
TERMINAL = {"authorize_card": "unknown", "reverse_card": "unknown", "fiscal": "unsigned"}
"""Where a plugin that fails may have charged a card, or signed, and no other one may be asked after it; the outcome."""
HEARS_REFUSALS = {"synchronise_now", "print_document", "open_drawer", *TERMINAL}


def kind(name: str) -> str:
    """What the specification itself says it is."""
    if getattr(SPECS[name], f"{PROJECT}_spec")["firstresult"]:
        return "decide"
    return "notify" if inspect.signature(SPECS[name]).return_annotation == "None" else "collect"


DECIDE, COLLECT, NOTIFY = (
    [name for name in SPECS if kind(name) == wanted] for wanted in ("decide", "collect", "notify")
)


class Till:
    """A register's hooks with plugins made on the spot, registered the way the plugin host does it."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str, str]] = []
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.hooks = Hooks(
            self._manager, lambda *told: self.failures.append((told[0], told[1], type(told[2]).__name__))
        )

    def plug(self, name: str, **functions: Callable[..., Any]) -> Till:
        """Add a plugin in front of those that are there: the host registers the last of its list first."""
        module = ModuleType(name)
        for hook_name, function in functions.items():
            setattr(module, hook_name, hook(function))
        self._manager.register(module, name=name)
        return self

    def call(self, name: str) -> Any:
        """Call a hook through its typed method; what is handed over is not looked at here."""
        return getattr(self.hooks, name)(*(None for _ in inspect.signature(SPECS[name]).parameters))


@pytest.fixture
def till() -> Till:
    return Till()


def says(answer: Any) -> Callable[[], Any]:
    """An implementation that answers."""
    return lambda: answer


def raises(error: BaseException) -> Callable[[], Any]:
    """An implementation that raises."""

    def implementation() -> Any:
        raise error

    return implementation


def test_every_hook_is_of_one_kind_and_its_docstring_says_which() -> None:
    """What a specification says in words (*decide*, *collect*, *notify*) is what pluggy is told."""
    for name, function in SPECS.items():
        named = [word for word in ("Decide", "Collect", "Notify") if f"*{word}*" in (function.__doc__ or "")]
        assert named == [kind(name).capitalize()], name


def test_every_hook_is_tried_here() -> None:
    """The answers above cover each hook that has any."""
    assert set(DECIDED) == set(DECIDE)
    assert set(COLLECTED) == set(COLLECT)


def test_face_has_one_method_per_hook_with_its_signature() -> None:
    """The face offers the hooks and nothing else; a method takes what its specification takes, under the same names."""
    methods = {name: method for name, method in vars(Hooks).items() if not name.startswith("_")}
    assert list(methods) == list(SPECS)
    for name, method in methods.items():
        wanted = list(inspect.signature(SPECS[name]).parameters.values())
        offered = list(inspect.signature(method).parameters.values())[1:]
        unqualified = [(each.name, each.annotation.removeprefix("hookspecs.")) for each in offered]
        assert unqualified == [(each.name, each.annotation) for each in wanted], name


@pytest.mark.parametrize("name", DECIDE)
def test_first_in_the_list_that_answers_decides(till: Till, name: str) -> None:
    """*Decide*: plugins are asked in the order of the list, None passes the question on, anything else ends it."""
    first, second = DECIDED[name]
    asked: list[str] = []

    def late() -> Any:
        asked.append("late")
        return second

    till.plug("late", **{name: late}).plug("first", **{name: says(first)}).plug("silent", **{name: says(None)})
    assert till.call(name) == first
    assert asked == []
    assert till.failures == []


@pytest.mark.parametrize("name", sorted(set(DECIDE) - set(TERMINAL)))
def test_decision_survives_one_that_raises(till: Till, name: str) -> None:
    """*Decide*: a plugin that raises is named and left out, and the next is asked."""
    answer = DECIDED[name][0]
    till.plug("good", **{name: says(answer)}).plug("bad", **{name: raises(ValueError())})
    assert till.call(name) == answer
    assert till.failures == [("bad", name, "ValueError")]


@pytest.mark.parametrize("name", sorted(set(DECIDE) - set(TERMINAL)))
def test_decision_of_the_wrong_type_is_no_decision(till: Till, name: str) -> None:
    """*Decide*: an answer of another type is its plugin's failure, and the next is asked."""
    answer = DECIDED[name][0]
    till.plug("good", **{name: says(answer)}).plug("bad", **{name: says("nonsense")})
    assert till.call(name) == answer
    assert till.failures == [("bad", name, "TypeError")]


@pytest.mark.parametrize("name", sorted(TERMINAL))
@pytest.mark.parametrize(
    "implementation", [raises(SystemExit()), raises(OSError()), says("nonsense")], ids=["exits", "raises", "nonsense"]
)
def test_no_second_terminal_after_one_that_failed(till: Till, name: str, implementation: Callable[[], Any]) -> None:
    """A terminal that fails may have charged the card: its outcome is unknown, and no other terminal is asked. So with
    a fiscal device, which may have signed."""
    asked: list[str] = []
    till.plug("other", **{name: lambda: asked.append("other")}).plug("bad", **{name: implementation})
    assert till.call(name).outcome == TERMINAL[name]
    assert [failure[:2] for failure in till.failures] == [("bad", name)]
    assert asked == []


@pytest.mark.parametrize("name", DECIDE)
def test_nobody_decides(till: Till, name: str) -> None:
    """*Decide*: without an answer there is none; nothing was started."""
    till.plug("silent", **{name: says(None)})
    assert not till.call(name)


@pytest.mark.parametrize("name", COLLECT)
def test_all_are_collected_in_the_lists_order(till: Till, name: str) -> None:
    """*Collect*: the answers stand in the order of the plugin list."""
    one, other = COLLECTED[name]
    till.plug("second", **{name: says((other,))}).plug("first", **{name: says([one, one])})
    answers = [part[1] if isinstance(part, tuple) else part for part in till.call(name)]
    assert answers == [one, one, other]


@pytest.mark.parametrize("name", COLLECT)
@pytest.mark.parametrize("fault", ["raises", "None", "a part of the wrong type"])
def test_collection_survives_one_that_fails(till: Till, name: str, fault: str) -> None:
    """*Collect*: what one plugin does wrong costs its own part alone, and it is named."""
    one, other = COLLECTED[name]
    bad = {"raises": raises(KeyError()), "None": says(None)}.get(fault, says([one, "nonsense"]))
    till.plug("last", **{name: says([other])}).plug("bad", **{name: bad}).plug("first", **{name: says([one])})
    answers = [part[1] if isinstance(part, tuple) else part for part in till.call(name)]
    assert answers == [one, other]
    assert till.failures == [("bad", name, "KeyError" if fault == "raises" else "TypeError")]


@pytest.mark.parametrize("name", NOTIFY)
def test_everybody_is_told_in_order(till: Till, name: str) -> None:
    """*Notify*: each plugin is told, in the order of the list, also after one that raises; that one is named."""
    told: list[str] = []
    till.plug("third", **{name: lambda: told.append("third")})
    till.plug("second", **{name: raises(OSError())})
    till.plug("first", **{name: lambda: told.append("first")})
    assert till.call(name) is None
    assert told == ["first", "third"]
    assert till.failures == [("second", name, "OSError")]


@pytest.mark.parametrize("name", sorted(set(SPECS) - set(TERMINAL)))
def test_no_exception_of_a_plugin_gets_out(till: Till, name: str) -> None:
    """A plugin that wants the process to end, or whose own assertion fails, is isolated like any other."""
    till.plug("leaves", **{name: raises(SystemExit(3))}).plug("asserts", **{name: raises(AssertionError())})
    till.call(name)
    assert till.failures == [("asserts", name, "AssertionError"), ("leaves", name, "SystemExit")]


@pytest.mark.parametrize("name", SPECS)
def test_error_with_words_for_the_cashier(till: Till, name: str) -> None:
    """Where somebody waits for the answer, an error made for the cashier is heard; elsewhere it is a failure."""
    till.plug("acme", **{name: raises(InvalidInput(literal("no card")))})
    if name in HEARS_REFUSALS:
        with pytest.raises(InvalidInput, match="no card"):
            till.call(name)
        assert till.failures == []
    else:
        till.call(name)
        assert till.failures == [("acme", name, "InvalidInput")]


def test_implementation_may_take_fewer_arguments(till: Till) -> None:
    """A plugin takes what it needs, by name."""
    seen: list[Any] = []
    till.plug("acme", logged_on=lambda offline: seen.append(offline))
    till.hooks.logged_on(staff=None, offline=True, register=None)  # type: ignore[arg-type]
    assert seen == [True]
