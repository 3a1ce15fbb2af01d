"""A partner's plugin that raises, hangs or answers nonsense: the register goes on, and names it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from tests.register.conftest import QUICK, explains_itself
from tests.register.partner import plugin, store_with

from kassa.errors import NotAvailable, PluginFailure
from kassa.model import EnabledPlugin, LayoutButton
from kassa.operations import Lane, Operation, OperationContext, OperationResult
from kassa.plugins import MOST_FAILURES, Finder, PluginHost
from kassa.register import Register
from kassa.testing.shop import Shop, without
from kassa.testing.store import SMALL_STORE
from kassa.text import literal

Open = Callable[[Finder], Register]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose registers have the plugin ``acme`` before all others."""
    store = store_with(SMALL_STORE, "acme")
    with Shop(tmp_path_factory.mktemp("partner"), profile=QUICK, store=store) as made:
        yield made


@pytest.fixture
def open_with(shop: Shop) -> Iterator[Open]:
    """Opens the shop's register with plugins from a finder, and puts the cashier at it."""
    opened: list[Register] = []

    def open_one(finder: Finder) -> Register:
        register = shop.open_register(finder=finder)
        opened.append(register)
        shop.log_on(register)
        if register.transaction is not None:
            register.run(500)
        return register

    yield open_one
    for register in opened:
        register.close()


def operation(run: Callable[[OperationContext], Any], **more: Any) -> Callable[[], list[Operation]]:
    """A plugin's one operation, 5000."""
    return lambda: [Operation(5000, literal("Points"), run, **more)]


def named(register: Register) -> bool:
    """Whether the screen names the plugin."""
    register.view()
    return any("acme" in problem.words("sv") for problem in register.view().problems)


def still_sells(register: Register) -> None:
    """A sale from the first item to the receipt."""
    register.run(100, code="1001")
    assert register.run(200).data.receipt_number


def fails(*_arguments: Any) -> Any:
    raise ZeroDivisionError("a partner's mistake")


def exits(*_arguments: Any) -> Any:
    raise SystemExit(3)


def nonsense(*_arguments: Any) -> Any:
    return "nonsense"


@pytest.mark.parametrize("mistake", [fails, exits, nonsense], ids=["raises", "exits", "answers the wrong type"])
def test_an_operation_that_fails(open_with: Open, mistake: Callable[..., Any]) -> None:
    """Its caller is told in words that name the plugin; the sale in progress is as it was and goes on."""
    with plugin("acme", register_operations=operation(mistake)) as finder:
        register = open_with(finder)
        register.run(100, code="1002")
        before = register.transaction
        with pytest.raises(PluginFailure) as told:
            register.run(5000)
        explains_itself(told.value, "plugin_failure")
        assert told.value.plugin == "acme"
        assert "acme" in str(told.value.hint)
        assert register.transaction == before
        assert named(register)
        still_sells(register)


def test_an_operation_that_hangs_past_its_budget(open_with: Open) -> None:
    """It loses its lane: its caller is told, the register sells on, and what it writes when it wakes is refused."""
    release, refused = threading.Event(), threading.Event()

    def hang(context: OperationContext) -> None:
        sale = context.transaction
        release.wait(30)
        try:
            context.save(msgspec.structs.replace(sale, comment="too late"))
        except Exception:
            refused.set()
            raise

    with plugin("acme", register_operations=operation(hang, budget_s=0.2)) as finder:
        register = open_with(finder)
        register.run(100, code="1002")
        with pytest.raises(PluginFailure) as told:
            register.run(5000)
        explains_itself(told.value, "plugin_failure")
        assert named(register)
        register.run(100, code="1003")
        release.set()
        assert refused.wait(10)
        assert register.transaction is not None
        assert (register.transaction.comment, len(register.transaction.lines)) == (None, 2)
        still_sells(register)


@pytest.mark.parametrize("lane", [Lane.CONTROL, Lane.SEARCH])
def test_operations_that_hang_beside_the_sale(open_with: Open, lane: Lane) -> None:
    """However many of them hang, 917 and search answer."""
    release = threading.Event()
    hang = operation(lambda _context: release.wait(30), budget_s=0.2, lane=lane)
    with plugin("acme", register_operations=hang) as finder:
        register = open_with(finder)
        stuck = [register.submit(5000) for _ in range(6)]
        assert register.run(917).window is not None
        assert register.run(108, words="kaffe").data.items
        still_sells(register)
        for future in stuck[:2]:
            with pytest.raises(PluginFailure):
                future.result(timeout=15)
        assert named(register)
        release.set()


NOTIFIED = ("transaction_started", "transaction_changed", "transaction_finished", "logged_on", "register_ready")
DECIDED = ("describe_window", "synchronisation_status", "provide_connection", "authorize_card")
COLLECTED = ("status_items", "register_operations", "register_handlers")


@pytest.mark.parametrize("name", [*NOTIFIED, *DECIDED, *COLLECTED])
def test_a_hook_that_raises(open_with: Open, name: str) -> None:
    """Whatever hook raises, the register opens, sells and shows its screen, and the plugin is named."""
    with plugin("acme", **{name: lambda: fails()}) as finder:
        register = open_with(finder)
        register.describe_window("connection_status")
        if name != "authorize_card":
            still_sells(register)
            assert named(register)


@pytest.mark.parametrize("name", [*DECIDED, *COLLECTED])
def test_a_hook_that_answers_the_wrong_type(open_with: Open, name: str) -> None:
    """Nonsense counts as no answer: the others' answers hold, and the plugin is named."""
    with plugin("acme", **{name: lambda: nonsense()}) as finder:
        register = open_with(finder)
        assert register.describe_window("nothing has this name") is None
        assert register.connection.state().online
        if name != "authorize_card":
            still_sells(register)
            assert named(register)


def test_a_plugin_that_fails_again_and_again_is_switched_off(open_with: Open) -> None:
    """After a threshold nothing of it is called any more: its operation says so, headquarters is told, and everything
    else goes on. At the next start it has another chance."""
    called: list[str] = []

    def status_items(view: Any) -> Any:
        called.append("drawn")
        raise ZeroDivisionError("a partner's mistake")

    def run(context: OperationContext) -> None:
        called.append("run")

    with plugin("acme", status_items=status_items, register_operations=operation(run)) as finder:
        register = open_with(finder)
        while not register.plugins.is_switched_off("acme"):
            assert len(called) <= MOST_FAILURES
            register.view()
        assert called.count("drawn") == MOST_FAILURES
        register.view()
        with pytest.raises(NotAvailable, match="failed too often"):
            register.run(5000)
        assert "run" not in called
        assert called.count("drawn") == MOST_FAILURES
        (trouble,) = [one for one in register.plugins_report().troubles if one.stage == "switched_off"]
        assert f"{MOST_FAILURES} times" in trouble.what
        still_sells(register)
        register.close()
        again = open_with(finder)
        assert not again.plugins.is_switched_off("acme")
        again.run(5000)
        assert "run" in called


def test_a_required_plugin_is_not_switched_off() -> None:
    """Without it nobody may sell, so it is called as long as it is there."""
    with plugin("acme", status_items=fails) as finder:
        host = PluginHost([EnabledPlugin("acme", required=True)], finder)
        for _time in range(2 * MOST_FAILURES):
            host.failed("acme", "status_items", ZeroDivisionError())
        assert not host.is_switched_off("acme")
        assert host.failures["acme"] == 2 * MOST_FAILURES


@pytest.mark.parametrize("mistake", [fails, nonsense], ids=["raises", "answers the wrong type"])
def test_a_button_that_fails(open_with: Open, mistake: Callable[..., Any]) -> None:
    """A button whose face cannot be had shows the operation's name, and the screen is drawn."""
    with plugin("acme", register_operations=operation(lambda _: OperationResult(), button=mistake)) as finder:
        register = open_with(finder)
        record = msgspec.structs.replace(register.record, buttons=(LayoutButton(5000),))
        register.journal.keep_record(record)
        (button,) = register.view().buttons
        assert str(button.face.label) == "Points"
        assert named(register)


def test_parameters_that_are_no_struct(open_with: Open) -> None:
    """An operation whose parameters nobody can read fails in words, not with a traceback."""
    with plugin("acme", register_operations=operation(nonsense, parameters=open)) as finder:
        register = open_with(finder)
        with pytest.raises(PluginFailure):
            register.run(5000, amount="1")
        still_sells(register)


def test_a_required_plugin_that_is_missing(make_shop: Callable[..., Shop]) -> None:
    """Without a plugin marked required no sale starts; the register opens, says which, and a sale that was in progress
    can be ended."""
    shop = make_shop(profile=QUICK)
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    register.run(100, code="1001")
    register.close()
    register = shop.open_register(finder=without("payment"))
    shop.log_on(register)
    register.run(100, code="1002")
    register.run(500)
    with pytest.raises(NotAvailable) as told:
        register.run(100, code="1001")
    explains_itself(told.value, "not_available")
    assert "payment" in str(told.value.what)
    assert register.transaction is None
    assert not register.readiness().ready
