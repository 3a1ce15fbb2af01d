"""Changes to lines and discounts: what they do, and what they refuse."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from msgspec.structs import replace
from tests.core.sale.strategies import item, line, sale, transactions

from kassa.discounting import OfferedDiscount
from kassa.errors import InvalidInput, NotAvailable, NotFound, Refusal
from kassa.model import Discount, Transaction
from kassa.sale import entered, lines
from kassa.sale.discount_lines import with_discount_lines
from kassa.sale.discounts import approve, discount_line, discount_total
from kassa.sale.discounts import given as given_discounts
from kassa.sale.gift_cards import gift_card_line
from kassa.sale.totals import compute

D = Decimal


def test_each_scan_is_a_line() -> None:
    """The same item scanned twice is two lines, as the customer laid them up; a typed quantity is one."""
    transaction = lines.add_item(sale(), item(), D(1), "a")
    transaction = lines.add_item(transaction, item(), D(3), "b")
    assert [(each.line_id, each.quantity) for each in transaction.lines] == [("a", 1), ("b", 3)]


def test_a_barcode_that_sells_several_counts_several() -> None:
    """A case of six scanned twice over is twelve."""
    case = replace(item(), quantity=D(6))
    assert lines.add_item(sale(), case, D(2), "a").lines[0].quantity == 12
    with pytest.raises(InvalidInput, match="too large"):
        lines.add_item(sale(), case, D(99_999), "a")


def test_quantity_has_its_units_decimals() -> None:
    """What is sold in pieces is sold whole, scanned or with a quantity set; kilograms have decimals."""
    piece, kilogram = replace(item(), decimals=0), replace(item(), decimals=3)
    with pytest.raises(InvalidInput, match="whole"):
        lines.add_item(sale(), piece, D("1.5"), "a")
    sold = lines.add_item(sale(), piece, D(2), "a")
    with pytest.raises(InvalidInput, match="whole"):
        lines.set_quantity(sold, sold.lines[0], D("0.5"))
    assert lines.add_item(sale(), kilogram, D("0.482"), "b").lines[0].quantity == D("0.482")
    with pytest.raises(InvalidInput, match="at most 1 decimal"):
        lines.add_item(sale(), replace(item(), decimals=1), D("0.25"), "c")


def test_a_return_is_below_zero_and_stays_so() -> None:
    """A returned line has a negative quantity, whatever quantity is set on it afterwards."""
    back = lines.add_item(sale(), item(), D(2), "a", returned=True, return_of="S1-1", approved_by="900")
    assert (back.lines[0].quantity, back.lines[0].return_of, back.lines[0].approved_by) == (-2, "S1-1", "900")
    assert lines.set_quantity(back, back.lines[0], D(5)).lines[0].quantity == -5


def test_the_default_line_is_the_last_that_counts() -> None:
    """Without a line's id the last one that is not void is meant; a void or unknown one is refused."""
    transaction = sale(line("a", "1"), line("b", "2"), line("c", "3", voided=True))
    assert lines.find_line(transaction).line_id == "b"
    assert lines.find_line(transaction, "a").line_id == "a"
    for missing in ("c", "x"):
        with pytest.raises(NotFound):
            lines.find_line(transaction, missing)
    with pytest.raises(NotFound, match="no line"):
        lines.find_line(sale())


def test_a_price_override_can_be_taken_back() -> None:
    """An override prices the line and says who approved it; without a price the item's own holds again."""
    transaction = sale(line("a", "10", "2"))
    dearer = lines.override_price(transaction, transaction.lines[0], D("7.505"), "900")
    assert (compute(dearer).total, dearer.lines[0].approved_by) == (D("15.01"), "900")
    assert compute(lines.override_price(dearer, dearer.lines[0], None)).total == D("20.00")
    with pytest.raises(InvalidInput, match="below zero"):
        lines.override_price(transaction, transaction.lines[0], D("-0.01"))


def test_only_the_named_line_changes() -> None:
    """Voiding and commenting a line leave the others as they were."""
    transaction = sale(line("a", "1"), line("b", "2"))
    changed = lines.void_line(lines.comment_line(transaction, transaction.lines[1], "blue"), transaction.lines[0])
    assert [(each.voided, each.comment) for each in changed.lines] == [(True, None), (False, "blue")]


def test_a_discount_above_the_worth_is_refused() -> None:
    """Neither a line nor the whole can be discounted by more than it is worth; the worth is said."""
    transaction = sale(line("a", "10", discount=Discount("amount", D(4))), line("b", "5", "-1"))
    with pytest.raises(InvalidInput, match="worth"):
        discount_line(transaction, transaction.lines[0], Discount("amount", D("10.01")))
    with pytest.raises(InvalidInput, match="worth") as refused:
        discount_total(transaction, Discount("amount", D("6.01")))
    assert "6.00" in str(refused.value.hint)
    assert compute(discount_total(transaction, Discount("amount", D(6)))).total == D("-5.00")


def test_there_is_no_total_discount_on_nothing() -> None:
    """A total discount needs a line; taking one away does not."""
    with pytest.raises(NotAvailable):
        discount_total(sale(), Discount("percent", D(5)))
    assert discount_total(sale(discount=Discount("percent", D(5))), None).discount is None


def test_discounts_say_what_they_come_to() -> None:
    """An amount is measured against what its goods are worth now, so that a smaller line shows a larger per cent."""
    transaction = sale(line("a", "10", "10"), line("b", "50"))
    transaction = discount_line(transaction, transaction.lines[0], Discount("amount", D(10)))
    transaction = discount_total(transaction, Discount("amount", D(14)))
    assert [(each.line_id, each.percent) for each in given_discounts(transaction)] == [("a", 10), (None, 10)]
    smaller = lines.set_quantity(transaction, transaction.lines[0], D(2))
    assert [each.percent for each in given_discounts(smaller)] == [50, D(14) * 100 / 60]


def test_an_approved_discount_names_the_manager() -> None:
    """Approval is kept with the discount, of the line and of the total."""
    transaction = sale(line("a", "10", discount=Discount("percent", D(50))), discount=Discount("percent", D(60)))
    for each in given_discounts(transaction):
        transaction = approve(transaction, each, "900")
    assert transaction.discount is not None
    assert transaction.lines[0].discount is not None
    assert transaction.discount.approved_by == transaction.lines[0].discount.approved_by == "900"


@given(transactions())
def test_what_a_discount_comes_to_is_between_nothing_and_all(transaction: Transaction) -> None:
    """A discount in force is 0 to 100 per cent of its goods."""
    assert all(0 <= each.percent <= 100 for each in given_discounts(transaction))


NO_QUANTITIES = ["0", "1000000", "1,5e3", "-1", "", "1.2.3", "١", " 1 2", "NaN", "1,2345", 0, D("NaN"), 1.5, True]


@pytest.mark.parametrize("typed", NO_QUANTITIES, ids=repr)
def test_a_quantity_that_cannot_be_sold_is_refused(typed: object) -> None:
    """0, a million, exponents, other letters and floats are no quantity; each refusal says what to do."""
    with pytest.raises(InvalidInput) as refused:
        entered.quantity(typed)
    assert refused.value.hint is not None


@pytest.mark.parametrize(
    ("typed", "quantity"), [("3", "3"), (" 0,482 ", "0.482"), ("1.5", "1.5"), (2, "2"), (D("0.5"), "0.5")]
)
def test_a_quantity_is_read_with_comma_or_point(typed: object, quantity: str) -> None:
    """What people type, and what buttons hand in."""
    assert entered.quantity(typed) == D(quantity)


@pytest.mark.parametrize("typed", ["-1", "-0,01", "100000000", "1,23456", D("0.00001"), "x"])
def test_a_price_that_cannot_be_asked_is_refused(typed: object) -> None:
    """A price is 0 or more, with at most four decimals."""
    with pytest.raises(InvalidInput):
        entered.price(typed)
    assert entered.price("0") == 0


@pytest.mark.parametrize(
    ("kind", "typed"), [("percent", "100,01"), ("percent", "-1"), ("amount", "-1"), ("amount", "1,005")]
)
def test_a_discount_that_is_none_is_refused(kind: str, typed: str) -> None:
    """A per cent lies between 0 and 100, an amount has the currency's decimals."""
    with pytest.raises(Refusal):
        entered.discount(kind, typed, "SEK")


def test_a_discount_of_nothing_takes_it_away() -> None:
    """Typing 0 removes a discount."""
    assert entered.discount("percent", "0", "SEK") is None
    assert entered.discount("amount", "0", "SEK") is None
    assert entered.discount("amount", "12,50", "SEK", "scratched") == Discount("amount", D("12.5"), "scratched")


def test_a_comment_has_an_end() -> None:
    """Space is no comment; a very long one is refused."""
    assert entered.comment("  ") is None
    assert entered.comment(" blue ") == "blue"
    with pytest.raises(InvalidInput, match="too long"):
        entered.comment("x" * 501)


def test_money_on_a_gift_card_takes_no_discount() -> None:
    """100.00 of goods and 10.00 on a gift card, ten per cent off the whole: 10.00 off, and the card holds what was paid
    for it. No discount can be given on the card itself, by hand or by a plugin."""
    card = gift_card_line("g", replace(item(), unit_price=D("10.00")), "G-1")
    goods = line("a", "100.00")
    transaction = discount_total(sale(goods, card), Discount("percent", D(10)))
    totals = compute(transaction)
    assert (totals.discount, totals.total) == (D("10.00"), D("100.00"))
    assert [(each.line_id, each.net) for each in totals.lines] == [("a", D("90.00")), ("g", D("10.00"))]
    with pytest.raises(InvalidInput, match="more than the goods"):
        discount_total(transaction, Discount("amount", D("100.01")))
    with pytest.raises(NotAvailable, match="gift card"):
        discount_line(transaction, card, Discount("percent", D(10)))
    with pytest.raises(NotAvailable, match="nothing to give"):
        discount_total(sale(card), Discount("percent", D(10)))
    offered = with_discount_lines(sale(goods, card), [("acme", OfferedDiscount("g", "d", "Spring", D(5)))])
    assert compute(offered).total == D("110.00")
