"""Paying: due in a tender, change, cash rounding, paying out, voiding."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.core.sale.strategies import cash, line, roundings, sale, transactions

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.model import Payment, Tender, Transaction
from kassa.money import minor_unit
from kassa.sale.payments import (
    add_exact,
    check_exact,
    find_payment,
    pay_cash,
    payable,
    void_payment,
)
from kassa.sale.totals import compute

D = Decimal
CASH = cash()
CARD = Tender("card", "card", "Card")


def last(transaction: Transaction) -> Payment:
    return transaction.payments[-1]


@given(transactions(least=1), st.data())
def test_a_paid_transaction_balances(transaction: Transaction, data: st.DataObject) -> None:
    """However it is paid, in parts, by card and cash, with rounding and change: total + rounding = paid - change."""
    assume(transaction.sold_lines and compute(transaction).due)
    unit = minor_unit(transaction.currency)
    tender = cash(transaction.currency, None)
    tender = msgspec.structs.replace(tender, rounding=data.draw(roundings(transaction.currency)))
    for number in range(data.draw(st.integers(0, 3))):
        due = compute(transaction).due
        if abs(due) <= unit:
            break
        part = unit * data.draw(st.integers(1, int(abs(due) / unit) - 1))
        transaction = add_exact(transaction, CARD, check_exact(transaction, part), f"card{number}", {})
    due = payable(compute(transaction), tender, transaction.currency)
    step = tender.rounding or unit
    more = data.draw(st.integers(0, 50)) * step if due > 0 else D(0)
    handed = None if not due else abs(due) + more
    transaction = pay_cash(transaction, tender, handed, "cash")
    totals = compute(transaction)
    tendered = sum((payment.tendered for payment in transaction.payments), D(0))
    change = sum((payment.change for payment in transaction.payments), D(0))
    assert totals.due == 0
    assert totals.total + totals.rounding == tendered - change == totals.paid
    assert totals.change == change == more
    assert abs(totals.rounding) <= step / 2


@given(transactions(least=1), st.data())
def test_a_void_payment_is_as_if_it_had_never_been(transaction: Transaction, data: st.DataObject) -> None:
    """Voiding a payment puts back what was due, its rounding included."""
    assume(transaction.sold_lines and compute(transaction).due)
    before = compute(transaction)
    paid = pay_cash(transaction, cash(rounding=None), None, "p")
    assert compute(void_payment(paid, last(paid))) == before


@pytest.mark.parametrize(
    ("price", "handed", "amount", "change", "rounding"),
    [
        ("862.38", None, "862.00", "0.00", "-0.38"),
        ("862.38", "900", "862.00", "38.00", "-0.38"),
        ("99.50", "200", "100.00", "100.00", "0.50"),
        ("99.49", None, "99.00", "0.00", "-0.49"),
        ("0.40", None, "0.00", "0.00", "-0.40"),
        ("0.40", "1", "0.00", "1.00", "-0.40"),
    ],
)
def test_cash_is_rounded_half_up_to_whole_kronor(
    price: str, handed: str | None, amount: str, change: str, rounding: str
) -> None:
    """The cash payment that settles the due carries the rounding; change is given on the rounded amount."""
    paid = pay_cash(sale(line("a", price)), CASH, None if handed is None else D(handed), "p")
    payment = last(paid)
    assert (str(payment.amount), str(payment.change), str(payment.rounding)) == (amount, change, rounding)
    assert compute(paid).due == 0


def test_less_than_due_is_a_part_payment() -> None:
    """A part payment in cash settles what it is, without rounding; the rest stays due, to be paid in any way."""
    part = pay_cash(sale(line("a", "99.60")), CASH, D(50), "p1")
    assert (compute(part).due, last(part).rounding) == (D("49.60"), 0)
    by_card = add_exact(part, CARD, check_exact(part, None), "p2", {})
    assert compute(by_card).due == compute(by_card).rounding == 0
    by_cash = pay_cash(part, CASH, None, "p2")
    assert (last(by_cash).amount, last(by_cash).rounding) == (D("50.00"), D("0.40"))


def test_a_card_takes_no_more_than_is_due() -> None:
    """Change is given for cash only: a card amount above the due is refused, and nothing changes."""
    with pytest.raises(NotAllowed, match="more than is due"):
        check_exact(sale(line("a", "10")), D("10.01"))


def test_a_transaction_below_zero_pays_out() -> None:
    """A return pays out: in cash rounded, by card to the öre; amounts are entered without a sign."""
    back = sale(line("a", "99.60", "-1"))
    paid = pay_cash(back, CASH, None, "p")
    assert (str(last(paid).tendered), str(last(paid).rounding), compute(paid).due) == ("-100.00", "-0.40", 0)
    assert check_exact(back, None) == D("-99.60")
    assert check_exact(back, D(20)) == D(-20)
    part = pay_cash(back, CASH, D(60), "p")
    assert compute(part).due == D("-39.60")


def test_no_more_is_paid_out_than_is_due() -> None:
    """There is no change on a pay-out: a larger amount is refused, in cash and by card."""
    back = sale(line("a", "99.60", "-1"))
    with pytest.raises(NotAllowed, match="paid out"):
        pay_cash(back, CASH, D(101), "p")
    with pytest.raises(NotAllowed, match="paid out"):
        check_exact(back, D("99.61"))


@pytest.mark.parametrize("handed", ["99.60", "100.50"])
def test_cash_is_what_coins_can_make(handed: str) -> None:
    """An amount in cash that no coins make is refused, with what is due in cash."""
    with pytest.raises(InvalidInput, match="whole") as refused:
        pay_cash(sale(line("a", "99.60")), CASH, D(handed), "p")
    assert "100" in str(refused.value.hint)


def test_an_amount_of_nothing_is_no_payment() -> None:
    """0 is not a payment, in cash or by card."""
    for pay in (
        lambda: pay_cash(sale(line("a", "5")), CASH, D(0), "p"),
        lambda: check_exact(sale(line("a", "5")), D(0)),
    ):
        with pytest.raises(InvalidInput, match="above 0"):
            pay()


def test_nothing_can_be_paid_before_there_is_a_line_or_after_it_is_paid() -> None:
    """A payment needs something to pay."""
    gone = sale(line("a", "5", voided=True))
    paid = pay_cash(sale(line("a", "5")), CASH, None, "p")
    for transaction in (sale(), gone, paid):
        with pytest.raises(NotAvailable):
            pay_cash(transaction, CASH, None, "p2")
        with pytest.raises(NotAvailable):
            check_exact(transaction, None)


def test_lines_voided_after_a_part_payment_give_money_back() -> None:
    """What was paid too much, because a line was voided afterwards, is paid out."""
    part = pay_cash(sale(line("a", "80"), line("b", "20")), CASH, D(60), "p1")
    less = msgspec.structs.replace(part, lines=(msgspec.structs.replace(part.lines[0], voided=True), part.lines[1]))
    assert compute(less).due == -40
    settled = pay_cash(less, CASH, None, "p2")
    assert compute(settled).due == 0
    assert last(settled).amount == -40


def test_a_payment_is_found_by_its_id_or_is_the_last() -> None:
    """Voiding without naming a payment means the last that counts; void and unknown ones are not found."""
    paid = sale(line("a", "100"))
    for number in range(3):
        paid = pay_cash(paid, CASH, D(10), f"p{number}")
    assert find_payment(paid).payment_id == "p2"
    assert find_payment(paid, "p0").payment_id == "p0"
    paid = void_payment(paid, find_payment(paid))
    assert find_payment(paid).payment_id == "p1"
    for missing in ("p2", "p9"):
        with pytest.raises(NotFound):
            find_payment(paid, missing)
