"""Paying in a foreign currency: worth what the rate says, change in the store's own, everything adds up."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.core.sale.strategies import cash, decimals, line, sale, transactions

from kassa.errors import InvalidInput, NotAllowed, NotAvailable
from kassa.model import Tender, Transaction
from kassa.money import minor_unit
from kassa.sale.foreign import change_given, due_in, foreign_of, is_change, pay_foreign, void_change
from kassa.sale.payments import void_payment
from kassa.sale.totals import compute

D = Decimal
CASH = cash()
EURO = Tender("eur", "currency", "Euro", currency="EUR")
NOTES = msgspec.structs.replace(EURO, rounding=D(5))
RATE = D("11.2345")


@given(transactions(least=1), decimals("0.0001", "2000", 8), st.integers(0, 500), st.sampled_from((EURO, NOTES)))
def test_everything_adds_up(transaction: Transaction, rate: Decimal, more: int, tender: Tender) -> None:
    """Whatever the rate, the amount and the currency of the store: a full payment settles the sale exactly, each
    tender's payments are what its drawer holds, rounding is at most half of the smallest coin, and a part payment
    leaves the rest to pay."""
    assume(rate > 0 and compute(transaction).due > 0)
    coins = cash(transaction.currency, None)
    due = compute(transaction).due
    unit = tender.rounding or D("0.01")
    least = due_in(due, tender, rate)
    assume(least < D(10_000_000))
    assert least * rate >= due > (least - unit) * rate
    assert least % unit == 0
    paid = pay_foreign(transaction, tender, rate, least + more * unit, coins, "p")
    totals = compute(paid)
    assert totals.due == 0
    handed = foreign_of(paid.payments[0])
    assert handed is not None
    assert (handed.amount, handed.rate) == (least + more * unit, rate)
    assert totals.paid == sum(payment.amount for payment in paid.payments)
    assert totals.total + totals.rounding == totals.paid
    assert change_given(paid) == -sum(payment.amount for payment in paid.payments[1:])
    assert abs(totals.rounding) <= (coins.rounding or minor_unit(transaction.currency)) / 2
    if least - unit > 0 and round((least - unit) * rate, 2) > 0:
        try:
            part = pay_foreign(transaction, tender, rate, least - unit, coins, "q")
        except InvalidInput:  # worth nothing in a currency without decimals
            return
        assert 0 <= compute(part).due < due


def test_twenty_euro_for_a_coffee() -> None:
    """By hand: 54.90 kr, 20 EUR at 11.2345 are 224.69 kr, less 54.90 are 169.79, in whole kronor 170: the customer gets
    170 kr, and the till gains 0.21 kr less than nothing, which is rounding."""
    paid = pay_foreign(sale(line("1", "54.90")), EURO, RATE, D(20), CASH, "p")
    euro, change = paid.payments
    assert (euro.amount, euro.tendered, euro.rounding) == (D("224.69"), D("224.69"), 0)
    assert (change.amount, change.kind, is_change(change)) == (D(-170), "cash", True)
    assert compute(paid).rounding == D("-0.21")
    assert compute(paid).due == 0


def test_exactly_what_is_due_needs_no_change() -> None:
    """54.90 kr are 4.8867 EUR, so 4.89 EUR, worth 54.94 kr: the 4 öre are rounding."""
    paid = pay_foreign(sale(line("1", "54.90")), EURO, RATE, None, CASH, "p")
    (euro,) = paid.payments
    assert foreign_of(euro) is not None
    assert (euro.reference["foreign_amount"], euro.amount, euro.rounding) == ("4.89", D("54.94"), D("0.04"))
    assert compute(paid).due == 0


@pytest.mark.parametrize(
    ("handed", "tender"), [("0", EURO), ("-5", EURO), ("5.005", EURO), ("7", NOTES), ("0.01", NOTES)]
)
def test_what_the_currency_does_not_have_is_refused(handed: str, tender: Tender) -> None:
    """Nothing, a minus, parts of a cent, coins where only notes are taken: refused with what to do."""
    with pytest.raises(InvalidInput) as refused:
        pay_foreign(sale(line("1", "54.90")), tender, RATE, D(handed), CASH, "p")
    assert refused.value.hint is not None


def test_money_is_given_back_in_the_stores_currency() -> None:
    """A return is not paid out in foreign notes; without a cash tender there is no change; with nothing to pay there is
    nothing to do."""
    with pytest.raises(NotAllowed, match="SEK"):
        pay_foreign(sale(line("1", "54.90", "-1")), EURO, RATE, None, CASH, "p")
    with pytest.raises(NotAllowed, match="change"):
        pay_foreign(sale(line("1", "54.90")), EURO, RATE, D(20), None, "p")
    with pytest.raises(NotAvailable):
        pay_foreign(sale(), EURO, RATE, None, CASH, "p")


def test_void_takes_the_change_with_it() -> None:
    """The notes go back, and so does the change."""
    paid = pay_foreign(sale(line("1", "54.90")), EURO, RATE, D(20), CASH, "p")
    void = void_change(void_payment(paid, paid.payments[0]), paid.payments[0])
    assert void.valid_payments == ()
    assert compute(void).due == D("54.90")
