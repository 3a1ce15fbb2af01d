"""202, 207 and 214, and what they live on: 117, 512, 519 and 520. Each account moves once, whatever is lost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound, OfflineDatabaseUnavailable
from kassa.register import Register
from kassa.requests.accounts import Account
from kassa.sale.cards import PendingCard, with_pending_card
from kassa.schema.master import tender_account
from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop, wait_until
from kassa.testing.states import TillInState, each_connection_state
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN, SECOND_REGISTER
from kassa.testing.till import TillKilled

D = Decimal


def on(shop: Shop, number: str) -> Decimal:
    """What the store server has on an account."""
    (row,) = shop.server.query(f"SELECT balance FROM tender_account WHERE account_number = '{number}'")
    return Decimal(row["balance"]).scaleb(-4)


def balance(counter: Counter, number: str) -> Decimal:
    account = counter.run(520, number=number).data
    assert isinstance(account, Account)
    return account.balance


_made = iter(range(1, 10_000))


@pytest.fixture
def card(counter: Counter) -> str:
    """A gift card with 100 kr on it, sold just now."""
    return sold_card(counter)


def sold_card(counter: Counter, amount: str = "100") -> str:
    number = f"T{next(_made)}"
    counter.run(512, number=number, amount=amount)
    counter.finished(counter.run(200))
    return number


def test_a_gift_card_is_good_for_what_was_paid(counter: Counter) -> None:
    """Nothing is on it before the sale has ended; its line carries no tax; the same number is not sold twice."""
    counter.run(512, number=" ab1 ", amount="250")
    with pytest.raises(NotFound):
        balance(counter, "AB1")
    with pytest.raises(NotAllowed, match="already"):
        counter.run(512, number="AB1", amount="1")
    finished = counter.finished(counter.run(200))
    assert finished.transaction is not None
    assert finished.transaction.lines[0].item.description == "Presentkort AB1"
    assert balance(counter, "AB1") == D(250)
    with pytest.raises(NotAllowed, match="already"):
        counter.run(512, number="AB1", amount="1")
    counter.run(519, number="ab1", amount="50")
    counter.finished(counter.run(200))
    assert balance(counter, "AB1") == D(300)


def test_a_gift_card_pays_what_it_has(counter: Counter, card: str) -> None:
    """Without an amount as much as is on it; the rest is paid otherwise, and an empty card pays nothing."""
    counter.scan("1004")
    result = counter.run(214, number=card)
    assert result.message is not None
    assert result.message.words("sv") == "799,00\xa0kr kvar att betala"
    with pytest.raises(NotAllowed, match="nothing left"):
        counter.run(214, number=card)
    finished = counter.finished(counter.run(200))
    assert finished.transaction is not None
    assert finished.transaction.payments[0].reference == {"number": card, "left": "0"}
    assert balance(counter, card) == 0


def test_more_than_is_on_it_is_refused(counter: Counter, card: str) -> None:
    """The store server says how much is left; nothing is paid, and nothing waits."""
    counter.scan("1004")
    with pytest.raises(NotAllowed, match="not enough"):
        counter.run(214, number=card, amount="101")
    assert (counter.sale.payments, counter.waiting_card) == ((), None)
    with pytest.raises(NotFound):
        counter.run(214, number="NO-SUCH")
    assert balance(counter, card) == D(100)


def test_voided_it_is_back_on_the_card(counter: Counter, card: str) -> None:
    """Once, however often it is pressed; paid again it is another payment."""
    counter.scan("1004")
    counter.run(214, number=card, amount="60")
    counter.run(211)
    with pytest.raises(NotFound):
        counter.run(211)
    assert balance(counter, card) == D(100)
    counter.run(214, number=card, amount="30")
    counter.finished(counter.run(200))
    assert balance(counter, card) == D(70)


def test_a_return_goes_to_the_gift_card(counter: Counter, card: str) -> None:
    """Money is given back onto a card; a sold card itself is not taken back as goods."""
    counter.run(109, approval=APPROVAL, code="1001")
    counter.finished(counter.run(214, number=card))
    assert balance(counter, card) == D("154.90")


def test_loyalty_points_are_earned_and_paid_with(counter: Counter) -> None:
    """A point is worth 10 öre, in whole points and in the store's favour; what is paid in points earns none."""
    start = on(counter.shop, "L100")
    counter.scan("1001")
    with pytest.raises(NotAvailable, match="no loyalty card"):
        counter.run(207)
    with pytest.raises(NotFound):
        counter.run(117, number="NO-SUCH")
    counter.run(117, number="l100")
    counter.run(207, amount="10,05")
    counter.finished(counter.run(201))
    assert on(counter.shop, "L100") == start - 101 + 44


def test_a_customer_account_ends_at_its_credit_limit(counter: Counter) -> None:
    """2 000 kr of credit: the third jacket is too much, and part of it is not; without a customer nobody is charged."""
    owed = on(counter.shop, "C100")
    counter.scan("1004")
    with pytest.raises(NotAvailable, match="no customer"):
        counter.run(202)
    counter.finished(counter.run(202, number="C100"))
    counter.scan("1004", quantity=2)
    with pytest.raises(NotAllowed, match="not enough"):
        counter.run(202, number="C100", amount="1798")
    counter.run(202, number="C100")
    assert counter.totals.paid == D(2000) + owed - D(899)
    counter.run(211)
    counter.run(500)
    assert on(counter.shop, "C100") == owed - D(899)


@pytest.mark.parametrize("number", ["", " ", "x" * 41])
def test_what_is_no_gift_card(counter: Counter, number: str) -> None:
    """Refused before anything is sold."""
    with pytest.raises(InvalidInput):
        counter.run(512, number=number, amount="10")
    assert counter.register.transaction is None


@each_connection_state
def test_gift_cards_and_accounts(till: TillInState) -> None:
    """In every state of the connection, with one payment voided and another refused: the accounts have moved once, and
    the sale is paid."""
    shop = till.shop
    before = {number: on(shop, number) for number in ("G100", "C100", "L100")}
    till.run(100, code=till.barcode("1001"))
    till.run(117, number="L100")
    till.run(214, number="G100", amount="1")
    till.run(211)
    till.run(214, number="G100", amount="2")
    till.run(207, amount="1")
    till.run(202, number="C100", amount="3")
    till.run(201)
    till.settle()
    assert len(till.sales()) == 1
    wait_until(lambda: on(shop, "L100") == before["L100"] - 10 + 53, "the points are there")
    assert before["G100"] - on(shop, "G100") == 2
    assert before["C100"] - on(shop, "C100") == 3
    assert [payment.amount for payment in till.sold()[0].valid_payments] == [D(2), D(1), D(3), D("48.90")]


@pytest.fixture(scope="module")
def offline_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose registers may take 50 kr by themselves."""
    with Shop(tmp_path_factory.mktemp("offline"), profile={"max_offline_account_amount": "50"}) as shop:
        yield shop


def knows(register: Register, number: str) -> bool:
    """Whether its offline database has the account."""
    try:
        with register.offline_database.reading() as connection:
            wanted = tender_account.c.account_number == number
            return connection.execute(select(tender_account).where(wanted)).first() is not None
    except OfflineDatabaseUnavailable:
        return False


def test_offline_within_the_profiles_limit(offline_shop: Shop) -> None:
    """By the balance that the register has been told: up to the limit, then refused with the reason; a card that it was
    never told of is refused too."""
    shop = offline_shop
    with shop.open_register() as register:
        shop.log_on(register)
        _spend_offline(shop, register)


def _spend_offline(shop: Shop, register: Register) -> None:
    wait_until(lambda: knows(register, "G100"), "the register has been told of the card")
    shop.network.refuse()
    register.run(100, code="1001")
    register.run(214, number="G100", amount="40")
    with pytest.raises(NotAllowed, match="no more is taken"):
        register.run(214, number="G100", amount="11")
    with pytest.raises(NotFound, match="not known here"):
        register.run(214, number="G200", amount="1")
    register.run(211)
    register.run(214, number="G100", amount="50")
    register.run(200)
    shop.network.pass_through()
    register.run(917, action="connect")
    shop.delivered(register)
    wait_until(lambda: on(shop, "G100") == D(50), "debited once")
    assert shop.server.query("SELECT reason FROM parked_entry") == []


POINTS = ["record_command:1:after", "answer_command:1:before", "answer_command:1:after", "save_sale:3:before"]


@pytest.fixture(scope="module")
def folder(offline_shop: Shop) -> Path:
    """Another register of the shop."""
    return offline_shop.activate(SECOND_REGISTER)


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_it_pays_with_a_gift_card(offline_shop: Shop, folder: Path, point: str) -> None:
    """Wherever the register dies, pressing the gift card again goes on with the same payment: debited once."""
    shop = offline_shop
    before = on(shop, "G100")
    till = shop.start_till(folder, kill_at=point, kind=ForkedTill)
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    till.run(100, code="1001")
    with pytest.raises(TillKilled):
        till.run(214, number="G100", amount="5")
    till.come_back()
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    till.run(214, number="G100", amount="5")
    till.run(200)
    till.close()
    assert before - on(shop, "G100") == 5


def test_debited_while_its_answer_was_lost_and_refused_here(offline_shop: Shop) -> None:
    """The store server has debited the card, its answer is lost, and the register may not take so much by itself: the
    cashier is refused, and the money is back on the card when the register is connected again."""
    shop = offline_shop
    with shop.open_register() as register:
        shop.log_on(register)
        wait_until(lambda: knows(register, "G100"), "the register has been told of the card")
        register.run(512, number="LOST", amount="100")
        register.run(200)
        shop.delivered(register)
        register.run(100, code="1004")
        sale = register.transaction
        assert sale is not None
        pending = PendingCard(
            register.environment.new_id(), "gift_card", D(60), kind="gift_card", account="LOST", taken=D(60)
        )
        register.journal.save_sale(with_pending_card(sale, pending), generation=register.journal.generation)
        shop.network.drop_answer()
        with pytest.raises(NotAllowed, match="no more is taken"):
            register.run(214, number="LOST")
        assert on(shop, "LOST") == D(40)
        register.run(200)
        shop.network.pass_through()
        register.run(917, action="connect")
        shop.delivered(register)
        wait_until(lambda: on(shop, "LOST") == D(100), "the money is back")
        wait_until(lambda: register.journal.commands.pending() == [], "the store server was asked about it")
    assert on(shop, "LOST") == D(100)
    assert shop.server.query("SELECT reason FROM parked_entry") == []


def test_nothing_moves_while_training(counter: Counter, card: str) -> None:
    """A training sale takes nothing from an account and puts nothing on one; it is finished with cash."""
    points = on(counter.shop, "L100")
    counter.run(704, approval=APPROVAL)
    try:
        counter.scan("1001")
        counter.run(117, number="L100")
        with pytest.raises(NotAvailable, match="training"):
            counter.run(214, number=card)
        assert counter.waiting_card is None
        counter.finished(counter.run(200))
        counter.run(512, number="TRAINED", amount="10")
        counter.finished(counter.run(200))
    finally:
        counter.run(701)
        counter.ready()
    assert (on(counter.shop, "L100"), balance(counter, card)) == (points, D(100))
    with pytest.raises(NotFound):
        balance(counter, "TRAINED")


def held_balance(register: Register, number: str) -> Decimal | None:
    """What its offline database has on an account."""
    with register.offline_database.reading() as connection:
        wanted = select(tender_account.c.balance).where(tender_account.c.account_number == number)
        return connection.execute(wanted).scalar()


def test_what_another_register_takes_is_known_by_the_next_round(offline_shop: Shop, folder: Path) -> None:
    """A register's balance of a card is as old as its last round of synchronisation, at most: what another one has paid
    is in it after that. What both take of one balance while they are offline is within each one's limit; what then is
    missing is named in headquarters, and both sales stay."""
    shop = offline_shop
    with shop.open_register() as one, shop.open_register(folder) as other:
        for register, staff in ((one, (CASHIER, CASHIER_PIN)), (other, (MANAGER, MANAGER_PIN))):
            shop.log_on(register, *staff)
            wait_until(lambda of=register: knows(of, "G100"), "the register has been told of the card")
        one.run(512, number="SHARED", amount="60")
        one.run(200)
        for register in (other, one):
            register.synchronise_now()
            wait_until(lambda of=register: held_balance(of, "SHARED") == D(60), "known after one round")
            wait_until(lambda of=register: not of.journal.overlay.rows("tender_account_entry"), "nothing taken before")
        shop.network.refuse()
        for register in (one, other):
            register.run(100, code="1001")
            register.run(214, number="SHARED", amount="50")
            register.run(200)
        shop.network.pass_through()
        for register in (one, other):
            register.run(917, action="connect")
            shop.delivered(register)
        wait_until(lambda: shop.server.query("SELECT reason FROM parked_entry") != [], "one of them is parked")
        assert on(shop, "SHARED") == D(10)
        said = shop.server.query("SELECT reason FROM parked_entry")
        assert len(said) == 1
        assert "not enough" in said[0]["reason"]
