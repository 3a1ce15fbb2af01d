"""Totals: rules that hold for every transaction, and worked examples."""

from __future__ import annotations

import timeit
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.sale.strategies import line, sale, transactions

from kassa.model import Discount, Line, Transaction
from kassa.money import minor_unit
from kassa.sale.totals import Totals, compute

D = Decimal


def is_whole(amount: Decimal, currency: str) -> bool:
    return amount % minor_unit(currency) == 0


@given(transactions())
def test_lines_add_up_to_the_total(transaction: Transaction) -> None:
    """The lines' nets (and taxes, where prices are without) are the total; gross less discount is net."""
    totals = compute(transaction)
    net = sum((amounts.net for amounts in totals.lines), D(0))
    tax = sum((amounts.tax for amounts in totals.lines), D(0))
    assert totals.total == (net if transaction.tax_included else net + tax)
    assert totals.subtotal - totals.discount == net
    assert all(amounts.gross - amounts.discount == amounts.net for amounts in totals.lines)
    assert len(totals.lines) == len(transaction.lines)


@given(transactions())
def test_taxes_of_lines_add_up_to_taxes_of_rates(transaction: Transaction) -> None:
    """Line taxes are the rates' taxes, in all and rate by rate; base and tax together are what is paid."""
    totals = compute(transaction)
    assert sum((amounts.tax for amounts in totals.lines), D(0)) == sum((tax.tax for tax in totals.taxes), D(0))
    assert totals.tax == sum((tax.tax for tax in totals.taxes), D(0))
    assert sum((tax.base + tax.tax for tax in totals.taxes), D(0)) == totals.total
    by_line = {amounts.line_id: amounts.tax for amounts in totals.lines}
    for tax in totals.taxes:
        of_rate = [
            by_line[each.line_id]
            for each in transaction.sold_lines
            if (each.item.tax_code, each.item.tax_rate) == (tax.tax_code, tax.rate)
        ]
        assert sum(of_rate, D(0)) == tax.tax


@given(transactions())
def test_tax_of_a_rate_is_computed_on_its_total(transaction: Transaction) -> None:
    """A rate's tax is that of the rate's total to within half a minor unit, however many lines there are."""
    half = minor_unit(transaction.currency) / 2
    for tax in compute(transaction).taxes:
        paid_for = tax.base + tax.tax
        exact = paid_for * tax.rate / (1 + tax.rate) if transaction.tax_included else tax.base * tax.rate
        assert abs(exact - tax.tax) <= half + D("1e-15")


@given(transactions())
def test_a_line_s_tax_is_within_a_minor_unit_of_its_own(transaction: Transaction) -> None:
    """Dividing a rate's tax moves no line by a whole minor unit or more."""
    unit = minor_unit(transaction.currency)
    rates = {each.line_id: each.item.tax_rate for each in transaction.lines}
    for amounts in compute(transaction).lines:
        rate = rates[amounts.line_id]
        exact = amounts.net * rate / (1 + rate if transaction.tax_included else 1)
        assert abs(exact - amounts.tax) < unit


@given(transactions())
def test_a_discount_never_turns_a_sign(transaction: Transaction) -> None:
    """What is left of a line lies between nothing and its gross: sold stays sold, returned stays returned."""
    for amounts in compute(transaction).lines:
        low, high = sorted((D(0), amounts.gross))
        assert low <= amounts.net <= high


@given(transactions())
def test_every_amount_is_in_whole_minor_units(transaction: Transaction) -> None:
    """Nothing is owed that the currency cannot express, with 0, 2 or 3 minor digits; and zero has no sign."""
    totals = compute(transaction)
    amounts = [totals.subtotal, totals.discount, totals.tax, totals.total, totals.due]
    for each in totals.lines:
        amounts += [each.gross, each.discount, each.net, each.tax]
    for tax in totals.taxes:
        amounts += [tax.base, tax.tax]
    assert all(is_whole(amount, transaction.currency) for amount in amounts)
    assert not any(amount == 0 and amount.is_signed() for amount in amounts)


@given(transactions(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_total(transaction: Transaction, random: object) -> None:
    """Scanned in another order, the same goods cost the same, with the same tax of each rate."""
    shuffled = list(transaction.lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = compute(transaction), compute(replace(transaction, lines=tuple(shuffled)))
    assert without_lines(before) == without_lines(after)


@given(transactions())
def test_a_void_line_is_as_if_it_had_never_been(transaction: Transaction) -> None:
    """Voided lines change nothing but that they can still be seen."""
    totals = compute(transaction)
    never = compute(replace(transaction, lines=transaction.sold_lines))
    assert without_lines(totals) == without_lines(never)
    kept = {each.line_id for each in transaction.sold_lines}
    assert tuple(amounts for amounts in totals.lines if amounts.line_id in kept) == never.lines
    assert all(
        amounts.gross == amounts.net == amounts.tax == 0 for amounts in totals.lines if amounts.line_id not in kept
    )


@given(transactions(sign=(1,)))
def test_returning_everything_gives_everything_back(transaction: Transaction) -> None:
    """A return of all that was sold is the sale's mirror: amounts, discounts, line by line and rate by rate."""
    returned = tuple(replace(each, quantity=-each.quantity) for each in transaction.lines)
    sold, back = compute(transaction), compute(replace(transaction, lines=returned))
    assert back.total == -sold.total
    assert back.due == -sold.due
    assert [(tax.tax_code, -tax.base, -tax.tax) for tax in back.taxes] == [
        (tax.tax_code, tax.base, tax.tax) for tax in sold.taxes
    ]
    assert [-amounts.tax for amounts in back.lines] == [amounts.tax for amounts in sold.lines]
    assert [-amounts.net for amounts in back.lines] == [amounts.net for amounts in sold.lines]
    assert back.quantity == -sold.quantity


@given(transactions(sign=(1,), voided=False))
def test_sold_and_returned_in_one_transaction_is_nothing(transaction: Transaction) -> None:
    """Without a total discount, lines and their returns in one transaction come to zero."""
    returned = tuple(replace(each, line_id="r" + each.line_id, quantity=-each.quantity) for each in transaction.lines)
    totals = compute(replace(transaction, lines=transaction.lines + returned, discount=None))
    assert totals.total == totals.tax == totals.due == totals.subtotal == 0


def without_lines(totals: Totals) -> Totals:
    return replace(totals, lines=())


def amounts_of(totals: Totals, name: str) -> list[str]:
    return [str(getattr(each, name)) for each in totals.lines]


def test_tax_included_in_prices() -> None:
    """Of 125,00 with 25 % included, 25,00 is tax; rates stand apart, in the order of their codes."""
    totals = compute(sale(line("a", "125.00", rate="0.25"), line("b", "56.00", "2", rate="0.12")))
    assert (totals.total, totals.tax) == (D("237.00"), D("37.00"))
    assert [(str(tax.rate), str(tax.base), str(tax.tax)) for tax in totals.taxes] == [
        ("0.12", "100.00", "12.00"),
        ("0.25", "100.00", "25.00"),
    ]


def test_tax_added_to_prices() -> None:
    """Where prices are without tax it is added to the total."""
    totals = compute(sale(line("a", "100.00", rate="0.25"), line("b", "10.00", rate="0.12"), tax_included=False))
    assert (totals.subtotal, totals.tax, totals.total) == (D("110.00"), D("26.20"), D("136.20"))


def test_tax_is_of_the_total_and_not_of_rounded_lines() -> None:
    """Three lines of 0,33 carry the tax of 0,99, and one of them the odd öre."""
    totals = compute(sale(*(line(str(number), "0.33") for number in range(3))))
    assert totals.tax == D("0.20")
    assert amounts_of(totals, "tax") == ["0.07", "0.07", "0.06"]


def test_a_total_discount_is_divided_by_largest_remainder() -> None:
    """10,00 off three equal lines is 3,34 + 3,33 + 3,33."""
    lines = [line(str(number), "20.00") for number in range(3)]
    totals = compute(sale(*lines, discount=Discount("amount", D("10"))))
    assert amounts_of(totals, "discount") == ["3.34", "3.33", "3.33"]
    assert totals.total == D("50.00")


def test_the_odd_minor_unit_of_a_discount_goes_by_tax_code() -> None:
    """Between equal lines of two rates the tax code decides who gets the odd öre, so that the order changes no tax."""
    lines = [line("a", "0.02", rate="0.25"), line("b", "0.02", rate="0")]
    discount = Discount("amount", D("0.01"))
    one = compute(sale(*lines, discount=discount, tax_included=False))
    other = compute(sale(*reversed(lines), discount=discount, tax_included=False))
    assert one.total == other.total == D("0.04")


def test_a_total_discount_spares_what_is_returned() -> None:
    """In an exchange the discount is on what is bought; what is brought back is worth what it was."""
    totals = compute(sale(line("a", "100"), line("b", "40", "-1"), discount=Discount("percent", D("10"))))
    assert amounts_of(totals, "net") == ["90.00", "-40.00"]


def test_a_discount_is_at_most_what_the_goods_are_worth() -> None:
    """A discount that has become larger than its line takes the line to nothing, not below."""
    totals = compute(sale(line("a", "10", discount=Discount("amount", D("25"))), line("b", "5")))
    assert amounts_of(totals, "net") == ["0.00", "5.00"]


@pytest.mark.parametrize(
    ("quantity", "unit", "articles"),
    [
        ("3", "pcs", "3"),
        ("0.482", "kg", "1"),
        ("2", "kg", "1"),
        ("-2", "pcs", "-2"),
        ("-0.5", "kg", "-1"),
        ("1.5", "x", "1"),
    ],
)
def test_articles_are_counted(quantity: str, unit: str, articles: str) -> None:
    """Pieces count one by one; what is weighed counts as one article."""
    sold = line("a", "10", quantity)
    counted = compute(sale(replace(sold, item=replace(sold.item, unit=unit)))).quantity
    assert counted == D(articles)


@pytest.mark.parametrize(
    ("currency", "price", "rate", "total", "tax"),
    [
        ("JPY", "105.5", "0.1", "106", "10"),
        ("BHD", "1.2345", "0.1", "1.235", "0.112"),
        ("SEK", "1.005", "0.25", "1.01", "0.20"),
    ],
)
def test_minor_digits_are_the_currency_s(currency: str, price: str, rate: str, total: str, tax: str) -> None:
    """Amounts are rounded half up to 0, 3 or 2 digits."""
    totals = compute(sale(line("a", price, rate=rate), currency=currency))
    assert (str(totals.total), str(totals.tax)) == (total, tax)


def test_a_scan_s_totals_are_cheap() -> None:
    """The totals of a 20-line sale with discounts and two rates take well under half a millisecond."""
    lines: list[Line] = [
        line(str(number), "19.90", "2", "0.25" if number % 2 else "0.12", discount=Discount("percent", D("10")))
        for number in range(20)
    ]
    transaction = sale(*lines, discount=Discount("percent", D("5")))
    best = (
        min(timeit.repeat(lambda: compute(replace(transaction, lines=(*transaction.lines,))), number=20, repeat=10))
        / 20
    )
    assert best < 0.0005


@given(transactions(), transactions())
def test_what_one_sale_comes_to_is_never_told_of_another(one: Transaction, other: Transaction) -> None:
    """Whatever was computed just before, also for a sale with the same lines in another currency, or with tax added."""
    for changed in (
        replace(one, tax_included=not one.tax_included),
        replace(one, currency="SEK" if one.currency != "SEK" else "JPY"),
        replace(one, discount=Discount("percent", D(7))),
        replace(one, lines=one.lines[:-1]),
        other,
    ):
        compute(one)
        after_another = compute(changed)
        assert after_another == compute(replace(changed, lines=(*changed.lines,)))
