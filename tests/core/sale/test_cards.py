"""Card payments that wait for the terminal's answer."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from tests.core.sale.strategies import cash, line, sale

from kassa.errors import NotAvailable
from kassa.model import Transaction
from kassa.sale.cards import (
    PendingCard,
    check_no_card_waits,
    check_nothing_paid,
    give_up_waiting,
    pending_card,
    unresolved_cards,
    with_pending_card,
)
from kassa.sale.payments import pay_cash, void_payment

PENDING = PendingCard("p1", "card", Decimal("-12.50"), reversing=True)


def journalled(transaction: Transaction) -> Transaction:
    """As it comes back from the journal."""
    return msgspec.json.decode(msgspec.json.encode(transaction), type=Transaction)


def test_a_waiting_card_payment_survives_the_journal() -> None:
    """What was asked is in the transaction's own bytes, beside what others keep there, and goes when answered."""
    waiting = journalled(with_pending_card(sale(line("a", "12.50", "-1"), extra={"acme": 1}), PENDING))
    assert pending_card(waiting) == PENDING
    answered = with_pending_card(waiting, None)
    assert pending_card(answered) is None
    assert answered.extra == {"acme": 1}


def test_nothing_goes_on_while_a_card_payment_waits() -> None:
    """The refusal says how to get the answer."""
    waiting = with_pending_card(sale(line("a", "5")), PENDING)
    for check in (check_no_card_waits, check_nothing_paid):
        with pytest.raises(NotAvailable, match="not been answered") as refused:
            check(waiting)
        assert "Void payment" in str(refused.value.hint)
        check(with_pending_card(waiting, None))


def test_what_a_manager_gave_up_waiting_for_goes_to_the_journal_with_the_sale() -> None:
    """Unresolved payments are kept, each of them, and nothing waits any more."""
    given_up = sale(line("a", "5"))
    for number in ("p1", "p2"):
        given_up = give_up_waiting(with_pending_card(given_up, PendingCard(number, "card", Decimal(5))))
    given_up = journalled(give_up_waiting(given_up))
    assert [each.payment_id for each in unresolved_cards(given_up)] == ["p1", "p2"]
    check_nothing_paid(given_up)


def test_a_sale_with_payments_is_not_free_of_payments() -> None:
    """What suspends or voids a sale asks that nothing has been paid; a voided payment does not count."""
    paid = pay_cash(sale(line("a", "100")), cash(), Decimal(10), "p")
    with pytest.raises(NotAvailable, match="payments"):
        check_nothing_paid(paid)
    check_nothing_paid(void_payment(paid, paid.payments[0]))
