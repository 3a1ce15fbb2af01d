"""200 Pay cash and 206 Pay cash quick."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.sale.payments import pay_cash

D = Decimal


@pytest.mark.parametrize("operation", [200, 206])
def test_cash_pays_what_is_due_rounded_and_ends_the_sale(counter: Counter, operation: int) -> None:
    """Without an amount exactly what is due is paid, in whole kronor; the sale gets its receipt number."""
    counter.scan("1001")
    finished = counter.finished(counter.run(operation))
    assert finished.transaction is not None
    payment = finished.transaction.payments[0]
    assert (payment.amount, payment.rounding, payment.change, payment.name) == (D(55), D("0.10"), 0, "Kontant")
    assert finished.receipt_number is not None


def test_more_than_due_gives_change(counter: Counter) -> None:
    """The change is the message, in the cashier's language, and in the payment."""
    counter.scan("1004")
    result = counter.run(200, amount="1000")
    assert result.message is not None
    assert result.message.words("sv") == "Växel 101,00\xa0kr"
    finished = counter.finished(result)
    assert finished.transaction is not None
    assert finished.transaction.payments[0].change == D(101)


def test_less_than_due_is_a_part_payment(counter: Counter) -> None:
    """The sale goes on, with what is still to pay as the message; then the rest in any way ends it."""
    counter.scan("1004")
    result = counter.run(206, amount=D(500))
    assert result.message is not None
    assert result.message.words("sv") == "399,00\xa0kr kvar att betala"
    assert counter.totals.due == D("399.00")
    counter.finished(counter.run(200))


@pytest.mark.parametrize("operation", [200, 201, 206])
def test_nothing_is_paid_before_there_is_a_line(counter: Counter, operation: int) -> None:
    """Neither between sales nor with every line void."""
    with pytest.raises(NotAvailable):
        counter.run(operation)
    counter.scan()
    counter.run(102)
    with pytest.raises(NotAvailable, match="nothing to pay"):
        counter.run(operation)


@pytest.mark.parametrize("amount", ["0", "-1", "1e3", "", "54,90", "7310865004703", "73513537"])
def test_an_amount_that_nobody_hands_over_is_refused(counter: Counter, amount: str) -> None:
    """Nothing, a minus, coins that do not exist, a scanned barcode: refused with what to do; nothing is paid."""
    counter.scan("1001")
    with pytest.raises(InvalidInput) as refused:
        counter.run(200, amount=amount)
    assert refused.value.hint is not None
    assert counter.sale.payments == ()


def test_a_return_is_paid_out_in_cash(counter: Counter) -> None:
    """Below zero cash is given, rounded; more than that is refused."""
    counter.run(109, approval=APPROVAL, code="1001")
    with pytest.raises(NotAllowed):
        counter.run(206, amount="100")
    result = counter.run(200)
    assert result.message is not None
    assert result.message.words("sv") == "Ge 55,00\xa0kr"
    finished = counter.finished(result)
    assert finished.transaction is not None
    assert (finished.transaction.payments[0].amount, finished.receipt_number is not None) == (D(-55), True)


def test_goods_for_nothing_need_no_payment(counter: Counter) -> None:
    """What was exchanged evenly is finished by a press of Cash, without a payment."""
    counter.scan("1001")
    counter.run(109, approval=APPROVAL, code="1001")
    finished = counter.finished(counter.run(200))
    assert finished.transaction is not None
    assert finished.transaction.payments == ()


def test_a_cash_payment_is_voided_by_giving_it_back(counter: Counter) -> None:
    """211 takes the last payment, or the named one; the message says what to give back."""
    counter.scan("1004")
    counter.run(200, amount="100")
    first = counter.sale.payments[0].payment_id
    counter.run(200, amount="200")
    result = counter.run(211, payment_id=first)
    assert result.message is not None
    assert result.message.words("sv") == "Ge tillbaka 100,00\xa0kr"
    assert counter.totals.due == D("699.00")
    counter.run(211)
    assert counter.totals.due == D("899.00")
    with pytest.raises(NotFound):
        counter.run(211)


@pytest.mark.parametrize("operation", [200, 201])
def test_paying_again_ends_a_sale_that_was_paid_and_not_finished(counter: Counter, operation: int) -> None:
    """A register that stopped between payment and end finishes by a payment button, without a second payment."""
    counter.scan("1004")
    paid = pay_cash(counter.sale, counter.register.record.tenders[0], None, "p")
    counter.register.journal.save_sale(paid, generation=counter.register.journal.generation)
    finished = counter.finished(counter.run(operation))
    assert finished.transaction == paid
