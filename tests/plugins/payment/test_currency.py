"""203 Pay currency: at today's rate, change in kronor, online and offline alike."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.sale.foreign import foreign_of
from kassa.testing.states import TillInState, each_connection_state
from kassa.testing.till import TillRefused

D = Decimal


def test_notes_are_worth_what_the_rate_says(counter: Counter) -> None:
    """20 EUR at 11.2345 are 224.69 kr for a coffee of 54.90: 170 kr back, said in the cashier's language; the rate of
    last year does not hold any more."""
    counter.scan("1001")
    result = counter.run(203, tender_id="eur", amount="20")
    assert result.message is not None
    assert result.message.words("sv") == "Växel 170,00\xa0kr"
    finished = counter.finished(result)
    assert finished.transaction is not None
    euro, change = finished.transaction.payments
    assert (euro.amount, change.amount, change.tender_id) == (D("224.69"), D(-170), "cash")
    handed = foreign_of(euro)
    assert handed is not None
    assert (handed.amount, handed.currency, handed.rate) == (D(20), "EUR", D("11.2345"))


def test_without_an_amount_the_window_says_what_is_due(counter: Counter) -> None:
    """Each currency with its rate and what is due in it; one without a rate says so and cannot be taken."""
    counter.scan("1001")
    window = counter.run(203).window
    assert window is not None
    rows = [(row.label.words("sv"), row.value.words("sv")) for row in window.rows]
    assert rows == [("Euro", "4,89\xa0€ · 1 EUR = 11,2345 SEK"), ("Norska kronor", "Ingen kurs idag")]
    exact = next(action for action in window.actions if action.primary)
    finished = counter.finished(counter.run(203, **exact.parameters))
    assert finished.transaction is not None
    assert finished.transaction.payments[0].rounding == D("0.04")


def test_a_currency_without_a_rate_is_refused_in_words(counter: Counter) -> None:
    """Its last rate has ended: nothing is paid, and the cashier is told what to do."""
    counter.scan("1001")
    for given in ({"amount": "100"}, {}):
        with pytest.raises(NotFound, match="no exchange rate for NOK") as refused:
            counter.run(203, tender_id="nok", **given)
        assert refused.value.hint is not None
    assert counter.sale.payments == ()


def test_part_of_it_in_euro_and_void(counter: Counter) -> None:
    """A part payment leaves the rest in kronor; voided, the notes go back in their own currency."""
    counter.scan("1004")
    result = counter.run(203, tender_id="eur", amount="50")
    assert result.message is not None
    assert counter.totals.due == D("899.00") - D("561.73")
    back = counter.run(211)
    assert back.message is not None
    assert back.message.words("sv") == "Ge tillbaka 50,00\xa0€"
    assert counter.totals.due == D("899.00")


@pytest.mark.parametrize("amount", ["0", "5,001", "1e3", "7310865004703"])
def test_an_amount_that_is_none_is_refused(counter: Counter, amount: str) -> None:
    """Nothing, parts of a cent, letters, a scanned barcode."""
    counter.scan("1001")
    with pytest.raises(InvalidInput) as refused:
        counter.run(203, tender_id="eur", amount=amount)
    assert refused.value.hint is not None
    assert counter.sale.payments == ()


def test_too_much_change_is_a_slip(counter: Counter) -> None:
    """90 000 EUR for a coffee is something else that was typed."""
    counter.scan("1001")
    with pytest.raises(InvalidInput, match="change would be"):
        counter.run(203, tender_id="eur", amount="90000")


def test_a_return_is_not_paid_out_in_euro(counter: Counter) -> None:
    """Money is given back in the store's own currency."""
    counter.run(109, approval=APPROVAL, code="1001")
    with pytest.raises(NotAllowed, match="SEK"):
        counter.run(203, tender_id="eur", amount="5")


@each_connection_state
def test_currency_in_each_state(till: TillInState) -> None:
    """Online, offline, slow, switched and killed: the rate comes with the data packages; the sale is the same to
    the öre, once."""
    till.run(100, code=till.barcode("1001"))
    with pytest.raises(TillRefused, match="NOK"):
        till.run(203, tender_id="nok", amount="100")
    till.run(203, tender_id="eur", amount="2")
    assert till.run(203, tender_id="eur", amount="10") == "Change SEK\xa080.00"
    (sale,) = till.sold()
    assert [(payment.tender_id, payment.amount) for payment in sale.payments] == [
        ("eur", D("22.47")), ("eur", D("112.35")), ("cash", D(-80)),
    ]  # fmt: skip
    (stored,) = till.sales()
    assert stored.total == D("54.90")
