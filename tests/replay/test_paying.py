"""How the sales of the file are paid."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kassa.replay.invoices import Invoice
from kassa.replay.paying import CARD, CASH, Paid, payments
from kassa.replay.rows import FileRow

PENNIES = st.integers(-20_000_000, 20_000_000)


def invoice(number: str, pennies: int) -> Invoice:
    """An invoice of one row that comes to so many pennies."""
    sign = -1 if pennies < 0 else 1
    price = Decimal(abs(pennies)).scaleb(-2)
    at = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 - the file's own local time
    return Invoice(number, (FileRow(2, number, "85123A", "LANTERN", sign, at, price, None, "UK"),))


@given(st.integers(0, 9), PENNIES)
def test_every_sale_is_paid_in_full(digit: int, pennies: int) -> None:
    """What is handed over less the change is what the sale comes to, and every payment is of something."""
    sale = invoice(f"53636{digit}", pennies)
    paid = payments(sale)
    assert sum((each.amount for each in paid), Decimal(0)) == sale.total
    assert all(each.tendered and each.change >= 0 for each in paid)


@given(st.integers(0, 9), PENNIES)
def test_change_is_given_in_cash_and_at_the_end_alone(digit: int, pennies: int) -> None:
    """A card is charged exactly; what is paid out gives no change."""
    paid = payments(invoice(f"53636{digit}", pennies))
    assert not any(each.change for each in paid if each.kind == CARD or each.tendered < 0)
    assert not any(each.change for each in paid[:-1])


def test_every_way_to_pay_occurs() -> None:
    """The last digit decides: by card, in cash, in parts, with more than is due, paid out either way, for nothing."""
    by_digit = {digit: payments(invoice(f"53636{digit}", 2512)) for digit in range(10)}
    assert by_digit[0] == (Paid(CARD, Decimal("25.12")),)
    assert by_digit[3] == (Paid(CARD, Decimal("12.56")), Paid(CARD, Decimal("12.56")))
    assert by_digit[4] == (Paid(CASH, Decimal("25.12")),)
    assert by_digit[6] == (Paid(CASH, Decimal(40), Decimal("14.88")),)
    assert by_digit[8] == (Paid(CASH, Decimal(10)), Paid(CARD, Decimal("15.12")))
    assert by_digit[9] == (Paid(CARD, Decimal("12.56")), Paid(CASH, Decimal(15), Decimal("2.44")))
    assert payments(invoice("C536364", -500)) == (Paid(CASH, Decimal(-5)),)
    assert payments(invoice("C536361", -500)) == (Paid(CARD, Decimal(-5)),)
    assert payments(invoice("536361", 0)) == ()
