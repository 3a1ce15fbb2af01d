"""Transactions as hypothesis makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from kassa.model import Discount, Item, Line, Tender, Transaction
from kassa.money import minor_unit

CURRENCIES = ("SEK", "JPY", "BHD")
"""With 2, 0 and 3 minor digits."""

RATES = (("A", "0.25"), ("B", "0.12"), ("C", "0.06"), ("D", "0"), ("E", "0.0825"), ("A", "0.2"))


def item(number: str = "1", price: str = "10.00", rate: str = "0.25", tax_code: str = "A", unit: str = "pcs") -> Item:
    """An item for a test written by hand."""
    return Item(number, f"Item {number}", Decimal(price), tax_code, Decimal(rate), unit)


def sale(*lines: Line, currency: str = "SEK", tax_included: bool = True, **more: object) -> Transaction:
    """A transaction with those lines."""
    return Transaction(
        "t1",
        "S1",
        "R1",
        "100",
        currency,
        tax_included,
        datetime(2026, 1, 2, tzinfo=UTC),
        lines,
        **more,  # type: ignore[arg-type]
    )


def line(line_id: str, price: str, quantity: str = "1", rate: str = "0.25", **more: object) -> Line:
    """A line for a test written by hand; its tax code is its rate."""
    return Line(line_id, item(line_id, price, rate, rate), Decimal(quantity), **more)  # type: ignore[arg-type]


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    """Decimals of at most so many places."""
    return st.decimals(Decimal(least), Decimal(most), places=places, allow_nan=False, allow_infinity=False)


discounts = st.one_of(
    st.none(),
    st.builds(Discount, st.just("amount"), decimals("0", "300", 2)),
    st.builds(Discount, st.just("percent"), decimals("0", "100", 2)),
)


@st.composite
def lines(draw: st.DrawFn, index: int, *, sign: tuple[int, ...] = (1, -1), voided: bool = True) -> Line:
    """One line, sold or returned, perhaps void."""
    tax_code, rate = draw(st.sampled_from(RATES))
    price = draw(st.one_of(decimals("0", "999", 2), decimals("0", "99", 4)))
    quantity = draw(st.one_of(st.integers(1, 20).map(Decimal), decimals("0.001", "9.999", 3)))
    return Line(
        f"l{index}",
        Item(str(index), "Thing", price, tax_code, Decimal(rate)),
        quantity * draw(st.sampled_from(sign)),
        price_override=draw(st.one_of(st.none(), decimals("0", "50", 2))),
        discount=draw(discounts),
        voided=voided and draw(st.integers(0, 5)) == 0,
    )


@st.composite
def transactions(
    draw: st.DrawFn, *, sign: tuple[int, ...] = (1, -1), least: int = 0, voided: bool = True
) -> Transaction:
    """A transaction of up to nine lines, in any of the currencies, tax included or not."""
    count = draw(st.integers(least, 9))
    return sale(
        *[draw(lines(index, sign=sign, voided=voided)) for index in range(count)],
        currency=draw(st.sampled_from(CURRENCIES)),
        tax_included=draw(st.booleans()),
        discount=draw(discounts),
    )


def cash(currency: str = "SEK", rounding: str | None = "1") -> Tender:
    """A cash tender."""
    return Tender("cash", "cash", "Cash", None if rounding is None else Decimal(rounding))


def roundings(currency: str) -> st.SearchStrategy[Decimal | None]:
    """What cash may be rounded to in that currency."""
    unit = minor_unit(currency)
    return st.sampled_from([None, unit, unit * 5, unit * 10, unit * 100])
