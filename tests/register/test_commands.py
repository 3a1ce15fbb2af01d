"""Commands whose answer is lost after the store server has acted: done once, and the sale neither lost nor doubled."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.register.conftest import (
    QUICK,
    answers_lost,
    back_online,
    nothing_aside,
    open_ready,
    settled,
    suspended,
)

from kassa.errors import KassaError, NotFound
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import REGISTER, SECOND_REGISTER


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One shop for all of these: each leaves nothing behind."""
    with Shop(tmp_path_factory.mktemp("commands"), profile=QUICK) as made:
        yield made


@pytest.fixture(scope="module")
def opened(shop: Shop) -> dict[str, Register]:
    """Its two registers."""
    return {name: open_ready(shop, name) for name in (REGISTER, SECOND_REGISTER)}


@pytest.fixture
def register(shop: Shop, opened: dict[str, Register]) -> Register:
    """The first, online and between two sales, with nothing put aside."""
    back_online(shop, *opened.values())
    assert (opened[REGISTER].transaction, suspended(shop)) == (None, [])
    return opened[REGISTER]


@pytest.fixture
def second(opened: dict[str, Register]) -> Register:
    """The other."""
    return opened[SECOND_REGISTER]


def scanned(register: Register) -> str:
    """The id of a sale that has been begun."""
    register.run(100, code="1001")
    assert register.transaction is not None
    return register.transaction.transaction_id


def suspended_on(register: Register) -> str:
    """The id of a sale that the register has put aside."""
    transaction_id = scanned(register)
    register.run(503)
    assert register.transaction is None
    return transaction_id


def pay(register: Register) -> None:
    """Finish the sale that is on the till."""
    register.run(200)
    assert register.transaction is None


def sold(shop: Shop, transaction_id: str) -> int:
    """How often that sale is in the channel database."""
    return [sale.transaction_id for sale in shop.server.sales()].count(transaction_id)


# -- suspend ------------------------------------------------------------------------------------------------------


def test_suspended_without_an_answer_and_taken_up_elsewhere(shop: Shop, register: Register, second: Register) -> None:
    """The answer to Suspend is lost: the sale is aside once and off its till; the other register takes it up once."""
    transaction_id = scanned(register)
    with answers_lost(shop):
        register.run(503)
    assert (register.transaction, register.connection.state().online) == (None, False)
    assert suspended(shop) == [transaction_id]
    back_online(shop, register)
    assert suspended(shop) == [transaction_id]
    second.run(504)
    assert second.transaction is not None
    assert second.transaction.transaction_id == transaction_id
    pay(second)
    with pytest.raises(NotFound):
        register.run(504)
    settled(shop, register, second)
    assert sold(shop, transaction_id) == 1
    nothing_aside(shop)


def test_suspended_without_an_answer_and_taken_up_offline(shop: Shop, register: Register) -> None:
    """The answer is lost and the store server stays away: the same register takes the sale up and finishes it; what
    the store server had kept aside goes when it hears of that."""
    transaction_id = scanned(register)
    with answers_lost(shop):
        register.run(503)
    assert suspended(shop) == [transaction_id]
    shop.network.refuse()
    register.run(504, transaction_id=transaction_id)
    assert register.transaction is not None
    assert register.transaction.transaction_id == transaction_id
    pay(register)
    back_online(shop, register)
    assert suspended(shop) == []
    assert sold(shop, transaction_id) == 1
    nothing_aside(shop)


# -- recall -------------------------------------------------------------------------------------------------------


def test_own_sale_taken_up_without_an_answer(shop: Shop, register: Register) -> None:
    """The answer to Recall of an own sale is lost: it is on the till at once, and aside no more."""
    transaction_id = suspended_on(register)
    with answers_lost(shop):
        register.run(504, transaction_id=transaction_id)
    assert register.transaction is not None
    assert suspended(shop) == []
    pay(register)
    back_online(shop, register)
    assert sold(shop, transaction_id) == 1
    nothing_aside(shop)


@pytest.mark.parametrize("in_use", [False, True], ids=["till free", "till in use"])
def test_other_registers_sale_taken_up_without_an_answer(
    shop: Shop, register: Register, second: Register, in_use: bool
) -> None:
    """The answer to Recall of another register's sale is lost: this register cannot have it while offline, and it
    comes to the till as soon as the store server says that it is ours and the till is free."""
    transaction_id = suspended_on(register)
    with answers_lost(shop), pytest.raises(NotFound) as refused:
        second.run(504, transaction_id=transaction_id)
    assert refused.value.hint is not None
    assert (suspended(shop), second.transaction) == ([], None)
    if in_use:
        second.run(100, code="1002")
        with pytest.raises(KassaError):
            second.run(917, action="connect")
        pay(second)
    back_online(shop, second)
    wait_until(lambda: second.transaction is not None, "the sale has come")
    assert second.transaction is not None
    assert second.transaction.transaction_id == transaction_id
    pay(second)
    settled(shop, register, second)
    assert sold(shop, transaction_id) == 1
    nothing_aside(shop)


def test_recall_pressed_again_after_a_lost_answer_is_the_same_recall(
    shop: Shop, register: Register, second: Register
) -> None:
    """Pressed again while the answer is still unknown, Recall is asked for under its first id, and gets that answer."""
    transaction_id = suspended_on(register)
    with answers_lost(shop), pytest.raises(NotFound):
        second.run(504, transaction_id=transaction_id)
    (doubtful,) = second.journal.commands.pending()
    with pytest.raises(NotFound):
        second.run(504, transaction_id=transaction_id)
    assert [pending.command_id for pending in second.journal.commands.pending()] == [doubtful.command_id]
    back_online(shop, second)
    assert second.transaction is not None
    assert suspended(shop) == []
    pay(second)
    settled(shop, second)
    assert sold(shop, transaction_id) == 1


def test_a_recall_that_is_still_on_its_way_when_it_is_asked_about_is_never_done(
    shop: Shop, register: Register, second: Register
) -> None:
    """The request is held up in a frozen network and refused here; whether it gets through before the register asks or
    after, the sale is on a till or aside, never gone."""
    transaction_id = suspended_on(register)
    settled(shop, register)
    shop.network.freeze()
    with pytest.raises(NotFound):
        second.run(504, transaction_id=transaction_id)
    back_online(shop, second)
    on_the_till = second.transaction is not None
    assert suspended(shop) == ([] if on_the_till else [transaction_id])
    if not on_the_till:
        second.run(504)
    pay(second)
    settled(shop, second)
    assert sold(shop, transaction_id) == 1
    nothing_aside(shop)


# -- customers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stays_away", [False, True], ids=["server back", "server away"])
def test_customer_added_without_an_answer(shop: Shop, register: Register, stays_away: bool) -> None:
    """The answer to Add customer is lost: the customer is on the sale, found while offline, and one afterwards."""
    name = "Anna Ek" if stays_away else "Anna Al"
    register.run(100, code="1001")
    with answers_lost(shop):
        register.run(612, name=name)
    if stays_away:
        shop.network.refuse()
    assert len(register.run(602, words=name).data.customers) == 1
    assert register.transaction is not None
    assert register.transaction.customer is not None
    pay(register)
    back_online(shop, register)
    (found,) = shop.server.query("SELECT customer_number FROM customer WHERE name = :name", name=name)
    assert [sale.customer_number for sale in shop.server.sales()].count(found["customer_number"]) == 1
    shop.server.distribute()
    register.run(917, action="synchronise")
    wait_until(lambda: not register.journal.overlay.rows("customer"), "the row has come back")
    assert len(register.run(602, words=name).data.customers) == 1


def test_amounts_are_unchanged_by_being_put_aside(shop: Shop, register: Register) -> None:
    """A sale with a quantity and a discount that was put aside without an answer comes back to the öre."""
    register.run(100, code="1001", quantity="3")
    register.run(301, percent="10")
    before = register.view().totals
    assert before is not None
    with answers_lost(shop):
        put_aside = register.run(503).data
    register.run(504, transaction_id=put_aside.transaction_id)
    after = register.view().totals
    assert after is not None
    assert (after.total, after.discount) == (before.total, before.discount)
    assert after.discount == Decimal("16.47")
    pay(register)


def test_what_was_done_offline_is_found_the_moment_the_register_is_back(shop: Shop, register: Register) -> None:
    """A sale put aside and a customer added without the store server are asked for before delivery has come to them:
    they are delivered first, and found."""
    register.run(917, action="disconnect")
    transaction_id = suspended_on(register)
    register.run(612, name="Cilla Sjö")
    register.run(917, action="connect")
    assert len(register.run(602, words="cilla").data.customers) == 1
    register.run(504, transaction_id=transaction_id)
    assert register.connection.state().online
    pay(register)
    settled(shop, register)
    assert sold(shop, transaction_id) == 1


def test_taken_up_on_both_sides_of_a_cut_is_kept_for_a_person(shop: Shop, register: Register, second: Register) -> None:
    """A register that is offline takes up a sale of its own that another has taken up meanwhile: both are finished, one
    is posted, the other is parked by name, and no entry of either is lost."""
    transaction_id = suspended_on(register)
    shop.delivered(register)
    register.run(917, action="disconnect")
    second.run(504, transaction_id=transaction_id)
    pay(second)
    settled(shop, second)
    register.run(504, transaction_id=transaction_id)
    pay(register)
    back_online(shop, register)
    assert sold(shop, transaction_id) == 1
    parked = shop.server.query(
        "SELECT kind, reason FROM parked_entry JOIN journal_entry USING (entry_id) ORDER BY sequence"
    )
    assert [row["kind"] for row in parked] == ["command", "sale"]
    assert all(row["reason"] for row in parked)
