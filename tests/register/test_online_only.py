"""A register that cannot switch: it says so, pays the sale in progress, starts no new one, and does nothing twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.register.conftest import QUICK, answers_lost, customers, explains_itself, nothing_aside, settled, suspended

from kassa.errors import NotAvailable, UnknownOutcome
from kassa.plugins import installed
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until, without
from kassa.testing.store import SMALL_STORE

ALL_ONLINE = {
    **SMALL_STORE,
    "registers": [{**register, "support_offline": False} for register in SMALL_STORE["registers"]],
}
WAYS = {"no plugin": (SMALL_STORE, without("offline_failover")), "no offline support": (ALL_ONLINE, installed)}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Why the register cannot switch."""
    return str(request.param)


@pytest.fixture
def shop(make_shop: Callable[..., Shop], way: str) -> Shop:
    """Its shop."""
    return make_shop(profile=QUICK, store=WAYS[way][0])


@pytest.fixture
def register(shop: Shop, way: str) -> Register:
    """A register without the offline plugin, or without offline support, with the cashier at it."""
    opened = shop.open_register(finder=WAYS[way][1])
    shop.log_on(opened)
    return opened


def test_it_says_that_it_is_online_only(register: Register, way: str) -> None:
    """The register says that it cannot go offline: in its state and in its readiness; a missing plugin is named."""
    state = register.connection.state()
    assert (state.online, state.can_switch) == (True, False)
    readiness = register.readiness()
    assert not readiness.ready
    assert any("no offline support" in cause.words("en") for cause in readiness.causes)
    named = any("offline_failover" in problem.words("en") for problem in register.view().problems)
    assert named == (way == "no plugin")
    with pytest.raises(NotAvailable):
        register.run(917, action="disconnect")


def test_the_sale_in_progress_is_paid_and_no_new_one_starts(shop: Shop, register: Register) -> None:
    """The store server is lost: what is on the till can be paid, nothing can be added, and the next sale waits for it;
    it is delivered as soon as the server is back."""
    register.run(100, code="1001")
    shop.network.refuse()
    with pytest.raises(NotAvailable) as refused:
        register.run(100, code="1002")
    explains_itself(refused.value, "not_available")
    register.run(200, amount="100")
    assert (register.transaction, register.waiting().count) == (None, 1)
    with pytest.raises(NotAvailable):
        register.run(100, code="1003")
    assert register.transaction is None
    shop.network.pass_through()
    register.run(100, code="1003")
    register.run(200)
    shop.delivered(register)
    assert len(shop.server.sales()) == 2


def unknown(shop: Shop, register: Register, operation: int, **parameters: str) -> None:
    """The answer to an operation's command is lost, and the cashier is told that nobody knows."""
    with answers_lost(shop), pytest.raises(UnknownOutcome) as told:
        register.run(operation, **parameters)
    assert told.value.hint is not None
    assert len(register.journal.commands.pending()) == 1


def test_suspended_with_unknown_outcome_and_pressed_again(shop: Shop, register: Register) -> None:
    """Suspend pressed again is the same Suspend: the sale is aside once."""
    register.run(100, code="1001")
    unknown(shop, register, 503)
    assert register.transaction is not None
    (pending,) = register.journal.commands.pending()
    register.run(503)
    settled(shop, register)
    assert register.transaction is None
    assert len(suspended(shop)) == 1
    done = shop.server.query("SELECT command_id FROM command_answer WHERE name = 'kassa.suspend_sale'")
    assert [row["command_id"] for row in done] == [pending.command_id]
    register.run(504)
    register.run(200)
    settled(shop, register)
    assert (suspended(shop), len(shop.server.sales())) == ([], 1)


@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "changed"])
def test_a_sale_that_goes_on_after_an_unknown_suspension_is_not_aside_too(
    shop: Shop, register: Register, changed: bool
) -> None:
    """Nobody knows whether the sale was put aside, and the cashier takes the customer's money: what the store server
    had put aside is taken back, and the sale is sold once."""
    register.run(100, code="1001")
    unknown(shop, register, 503)
    assert len(suspended(shop)) == 1
    if changed:
        shop.network.pass_through()
        shop.network.refuse()
        register.run(501, comment="in a hurry")
    else:
        shop.network.refuse()
    register.run(200)
    shop.network.pass_through()
    register.run(100, code="1002")
    register.run(200)
    settled(shop, register)
    wait_until(lambda: suspended(shop) == [], "nothing is aside")
    assert len(shop.server.sales()) == 2
    assert register.transaction is None
    nothing_aside(shop)


def test_a_sale_put_aside_again_after_an_unknown_suspension_stays_aside(shop: Shop, register: Register) -> None:
    """The sale is changed after a suspension of which nobody knows, and put aside again: it is aside once, as it is
    now, and stays there when the first one is cleared up."""
    register.run(100, code="1001")
    unknown(shop, register, 503)
    register.run(100, code="1002")
    register.run(503)
    settled(shop, register)
    assert (register.transaction, len(suspended(shop))) == (None, 1)
    register.run(504)
    assert register.transaction is not None
    assert [line.item.number for line in register.transaction.lines] == ["1001", "1002"]
    register.run(200)
    settled(shop, register)
    assert (suspended(shop), len(shop.server.sales())) == ([], 1)
    nothing_aside(shop)


def test_taken_up_with_unknown_outcome(shop: Shop, register: Register) -> None:
    """Recall without an answer: when the store server is back the sale comes to the till, once."""
    register.run(100, code="1001")
    register.run(503)
    (transaction_id,) = suspended(shop)
    unknown(shop, register, 504, transaction_id=transaction_id)
    assert suspended(shop) == []
    register.run(504, transaction_id=transaction_id)
    assert register.transaction is not None
    assert register.transaction.transaction_id == transaction_id
    register.run(200)
    settled(shop, register)
    assert [sale.transaction_id for sale in shop.server.sales()] == [transaction_id]
    nothing_aside(shop)


def test_customer_added_with_unknown_outcome_and_pressed_again(shop: Shop, register: Register) -> None:
    """Add customer pressed again with the same facts is the same customer; with others it is another one."""
    unknown(shop, register, 612, name="Anna Ek", phone="070-1")
    register.run(612, name="Anna Ek", phone="070-1")
    register.run(612, name="Anna Ek", phone="070-2")
    settled(shop, register)
    assert customers(shop, "Anna Ek") == 2


def test_the_store_server_away_at_the_start_and_then_there(shop: Shop, way: str) -> None:
    """The first log on needs the store server; without it the register says so, and tries again at the next one."""
    folder = shop.activate()
    shop.network.refuse()
    register = shop.open_register(folder, finder=WAYS[way][1])
    with pytest.raises(NotAvailable):
        shop.log_on(register)
    assert register.staff is None
    shop.network.pass_through()
    shop.log_on(register)
    assert register.staff is not None
