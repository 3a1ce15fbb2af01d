"""201 Pay card, and 211 Void payment by card: one charge, whatever is lost on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import NotAllowed, NotAvailable, UnknownOutcome
from kassa.sale.cards import PendingCard, unresolved_cards, with_pending_card
from kassa.testing.shop import without
from kassa.testing.store import MANAGER, SECOND_REGISTER
from kassa_card_simulator.simulator import charged

D = Decimal


@pytest.fixture
def before(counter: Counter) -> Decimal:
    """What the terminal has charged before the test."""
    return charged(counter.register)


def test_a_card_pays_exactly_what_is_due(counter: Counter, before: Decimal) -> None:
    """To the öre, without rounding; the payment says that it was simulated."""
    counter.scan("1001")
    finished = counter.finished(counter.run(201))
    assert finished.transaction is not None
    payment = finished.transaction.payments[0]
    assert (payment.amount, payment.rounding, payment.reference["simulated"]) == (D("54.90"), 0, "yes")
    assert "pending_card" not in finished.transaction.extra
    assert charged(counter.register) - before == D("54.90")


def test_card_and_cash_pay_together(counter: Counter) -> None:
    """Part by card, the rest in cash, which alone is rounded."""
    counter.scan("1001")
    counter.run(201, amount="50")
    finished = counter.finished(counter.run(200))
    assert finished.transaction is not None
    assert [payment.amount for payment in finished.transaction.payments] == [D(50), D("5.00")]


def test_a_card_is_not_charged_more_than_is_due(counter: Counter, before: Decimal) -> None:
    """There is no change on a card: the terminal is not even asked."""
    counter.scan("1001")
    with pytest.raises(NotAllowed, match="more than is due"):
        counter.run(201, amount="55")
    assert counter.waiting_card is None
    assert charged(counter.register) == before


def test_a_declined_card_charges_nothing(counter: Counter, before: Decimal) -> None:
    """The cashier is told what happened, what is kept and what to do; any other payment goes on."""
    counter.scan("1001")
    with pytest.raises(NotAllowed, match="declined") as refused:
        counter.run(201, amount="10,13")
    assert "Nothing has been charged" in str(refused.value.kept)
    assert refused.value.hint is not None
    assert (counter.waiting_card, counter.sale.payments) == (None, ())
    assert charged(counter.register) == before
    counter.finished(counter.run(200))


def test_a_terminal_without_an_answer_is_asked_again_about_the_same_payment(counter: Counter, before: Decimal) -> None:
    """Asked again by itself, it answers; the card has been charged once."""
    counter.scan("1001")
    counter.run(201, amount="20,17")
    assert counter.sale.payments[0].amount == D("20.17")
    assert charged(counter.register) - before == D("20.17")


def test_a_payment_without_an_answer_stops_everything_else(counter: Counter) -> None:
    """While it is not known whether the card was charged nothing else is paid, and the sale is not put away; the same
    payment is asked about by the next press, and one that a manager gives up is kept as unresolved."""
    counter.scan("1001")
    with pytest.raises(UnknownOutcome) as unknown:
        counter.run(201, amount="30,19")
    assert unknown.value.hint is not None
    waiting = counter.waiting_card
    assert waiting is not None
    for operation in (200, 206, 500, 503):
        with pytest.raises(NotAvailable, match="not been answered"):
            counter.run(operation)
    with pytest.raises(UnknownOutcome):
        counter.run(201)
    assert counter.waiting_card == waiting
    with pytest.raises(NotAllowed) as refused:
        counter.run(211)
    assert refused.value.override
    with pytest.raises(NotAvailable, match="not been answered"):
        counter.run(201)
    counter.run(211, approval=APPROVAL)
    assert counter.waiting_card is None
    finished = counter.finished(counter.run(200))
    assert finished.transaction is not None
    assert [each.payment_id for each in unresolved_cards(finished.transaction)] == [waiting.payment_id]
    assert len(finished.transaction.valid_payments) == 1


def test_a_restarted_register_asks_about_the_same_payment(counter: Counter, before: Decimal) -> None:
    """The payment's id is in the journal before the terminal is first asked: what a killed register had begun is
    finished by the next press, whatever amount is typed then, and the card is charged once."""
    counter.scan("1001")
    pending = PendingCard("0" * 31 + "7", "card", D("54.90"))
    generation = counter.register.journal.generation
    counter.register.journal.save_sale(with_pending_card(counter.sale, pending), generation=generation)
    finished = counter.finished(counter.run(201, amount="10"))
    assert finished.transaction is not None
    assert [(each.payment_id, each.amount) for each in finished.transaction.payments] == [
        (pending.payment_id, D("54.90"))
    ]
    assert charged(counter.register) - before == D("54.90")


def test_voiding_a_card_payment_has_the_terminal_take_it_back(counter: Counter, before: Decimal) -> None:
    """The payment counts until the terminal has taken it back."""
    counter.scan("1001")
    counter.run(201, amount="10")
    counter.run(211)
    assert counter.totals.due == D("54.90")
    assert charged(counter.register) == before


def test_a_card_payment_that_cannot_be_taken_back_stands(counter: Counter) -> None:
    """The cashier is told to finish and take the goods back; the payment counts."""
    counter.scan("1001")
    counter.run(201, amount="10,23")
    with pytest.raises(NotAllowed, match="cannot be taken back") as refused:
        counter.run(211)
    assert not refused.value.override
    assert (counter.waiting_card, counter.totals.paid) == (None, D("10.23"))
    counter.finished(counter.run(200))


def test_a_return_is_refunded_to_the_card(counter: Counter, before: Decimal) -> None:
    """Below zero the terminal is asked for a refund."""
    counter.run(109, approval=APPROVAL, code="1001")
    finished = counter.finished(counter.run(201))
    assert finished.transaction is not None
    assert finished.transaction.payments[0].amount == D("-54.90")
    assert finished.transaction.lines[0].approved_by == MANAGER
    assert charged(counter.register) - before == D("-54.90")


def test_without_a_terminal_nothing_waits(open_counter: Counter) -> None:
    """A register that has no card terminal says so; the sale goes on and is paid in cash."""
    folder = open_counter.shop.activate(SECOND_REGISTER, name="without-terminal")
    with open_counter.shop.open_register(folder, finder=without("card_simulator")) as register:
        open_counter.shop.log_on(register)
        register.run(100, code="1001")
        with pytest.raises(NotAvailable, match="No card terminal"):
            register.run(201)
        assert register.run(200).data.receipt_number is not None
