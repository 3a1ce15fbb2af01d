"""217 and what goes by itself: a card payment without an answer is settled at the next contact with the terminal."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.card_settlement import CARD_SETTLED, CardSettled
from kassa.errors import InvalidInput, NotAllowed, UnknownOutcome
from kassa.testing.states import TillInState, each_connection_state
from kassa.testing.till import TillRefused
from kassa_card_simulator.simulator import charged
from kassa_payment.unresolved import OpenCards, open_cards

D = Decimal
LATE, LATE_FOR_GOOD = "30,21", "30,27"


@pytest.fixture(autouse=True)
def _nothing_open(request: pytest.FixtureRequest) -> None:
    """A till shared with other tests may have payments that they left open."""
    if "counter" in request.fixturenames:
        register = request.getfixturevalue("counter").register
        register.keep_setting("payment", "unresolved_cards", None)
        open_cards(register).cards = ()


def given_up(counter: Counter, amount: str) -> str:
    """A sale that went on although the terminal gave no answer to a card; the payment's id."""
    counter.scan("1001")
    with pytest.raises(UnknownOutcome):
        counter.run(201, amount=amount)
    waiting = counter.waiting_card
    assert waiting is not None
    counter.run(211, approval=APPROVAL)
    counter.finished(counter.run(200))
    return waiting.payment_id


def settlements(counter: Counter) -> dict[str, CardSettled]:
    entries = counter.register.journal_entries(kinds=(CARD_SETTLED,))
    told = [msgspec.json.decode(entry.payload, type=CardSettled) for entry in entries]
    return {one.payment_id: one for one in told}


def test_a_card_that_answers_after_its_time_out_is_taken_back(counter: Counter) -> None:
    """The customer paid in cash meanwhile: the terminal, which charged the card after all, takes it back at its next
    payment, the journal says so, and the card has paid for nothing."""
    before = charged(counter.register)
    payment_id = given_up(counter, LATE)
    assert [card.payment_id for card in open_cards(counter.register).cards] == [payment_id]
    assert charged(counter.register) - before == D("30.21")
    counter.scan("1001")
    counter.finished(counter.run(201))
    assert charged(counter.register) - before == D("54.90")
    assert settlements(counter)[payment_id].outcome == "taken_back"
    assert open_cards(counter.register).cards == ()


def test_while_the_terminal_is_silent_it_stays_open_and_is_shown(counter: Counter) -> None:
    """The header warns; 217 asks and says that there is no answer; nothing is guessed."""
    payment_id = given_up(counter, "30,19")
    texts = [item.text.words("sv") for item in counter.register.view().status_items]
    assert "1 kortbetalning utan svar" in texts
    asked = counter.run(217, action="ask")
    assert (asked.data, payment_id in settlements(counter)) == (1, False)
    assert asked.window is not None
    assert asked.window.rows[0].value.words("en") == "Not known whether it was charged"


def test_one_that_cannot_be_taken_back_is_paid_back_by_a_manager(counter: Counter) -> None:
    """The customer has paid twice: the window says so until a manager says that they have it back."""
    payment_id = given_up(counter, LATE_FOR_GOOD)
    said = counter.run(217, action="ask")
    assert said.message is not None
    assert "pay it back" in said.message.words("en")
    assert settlements(counter)[payment_id].outcome == "charged"
    step = {"action": "paid_back", "payment_id": payment_id}
    with pytest.raises(NotAllowed) as refused:
        counter.run(217, **step)
    assert refused.value.override
    counter.run(217, approval=APPROVAL, **step)
    assert settlements(counter)[payment_id].outcome == "paid_back"
    with pytest.raises(InvalidInput):
        counter.run(217, approval=APPROVAL, **step)


def test_a_kill_before_it_was_noted_loses_nothing(counter: Counter) -> None:
    """The sale in the journal is enough: what was not noted beside it is taken up at the next start, and what was
    settled is not taken up again."""
    payment_id = given_up(counter, LATE)
    counter.register.keep_setting("payment", "unresolved_cards", None)
    again = OpenCards(counter.register)
    assert again.cards == ()
    again.recover()
    assert payment_id in [card.payment_id for card in again.cards]
    open_cards(counter.register).cards = again.cards
    counter.run(217, action="ask")
    assert settlements(counter)[payment_id].outcome == "taken_back"
    again.recover()
    assert payment_id not in [card.payment_id for card in again.cards]


def test_training_settles_nothing(counter: Counter) -> None:
    """While training no terminal is asked and every answer is good: a payment without an answer stays one."""
    payment_id = given_up(counter, "30,19")
    counter.run(704, approval=APPROVAL)
    try:
        counter.scan("1001")
        counter.finished(counter.run(201))
        counter.run(217, action="ask")
    finally:
        counter.run(701)
        counter.ready()
    assert payment_id not in settlements(counter)
    assert [card.payment_id for card in open_cards(counter.register).cards] == [payment_id]


@each_connection_state
def test_unanswered_card(till: TillInState) -> None:
    """In every state of the connection: while the terminal is silent nothing else is paid; it is asked about the very
    same payment until it answers, and the sale is paid once."""
    till.run(100, code=till.barcode("1004"))
    with pytest.raises(TillRefused, match="no answer"):
        till.run(201, amount=LATE)
    with pytest.raises(TillRefused, match="no answer"):
        till.run(211)
    assert till.sale is not None
    assert till.sale.extra["pending_card"]["reversing"]
    with pytest.raises(TillRefused, match="not been answered"):
        till.run(200)
    till.run(211)  # the terminal answers at last, about the very same payment
    till.run(200)
    (sale,) = till.sold()
    assert [payment.kind for payment in sale.payments] == ["cash"]
    assert till.shop.server.query("SELECT payment_id FROM card_payment") == []
