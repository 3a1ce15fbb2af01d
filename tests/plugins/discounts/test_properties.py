"""What holds of periodic discounts whatever is in force and whatever is sold."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.sale.strategies import discounts as by_hand
from tests.plugins.discounts.promotions import UNIT, in_force, line, line_lists, priced, total

from kassa.model import Discount, Line
from kassa.sale.totals import compute
from kassa_discounts.engine import discounts_on
from kassa_discounts.positions import Live
from kassa_discounts.requests import Discounts

ONE_AT_A_TIME = ("simple", "quantity")


@given(line_lists(by_hand=True), in_force(), by_hand, st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_the_order_of_scanning_changes_no_total(
    lines: list[Line], in_force: Discounts, whole: Discount | None, random: object
) -> None:
    """However the lines were scanned, total, tax of each rate and discount are the same, with discounts by hand too."""
    other = list(lines)
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = (compute(priced(each, in_force, discount=whole)) for each in (lines, other))
    assert (one.total, one.discount, one.taxes) == (two.total, two.discount, two.taxes)


@given(line_lists(weighed=False), in_force())
@settings(max_examples=60, deadline=None)
def test_how_often_it_is_scanned_changes_no_total(lines: list[Line], in_force: Discounts) -> None:
    """Three scans of one cost what one scan of three costs."""
    single = [
        line(f"{each.line_id}-{number}", each.item.number) for each in lines for number in range(int(each.quantity))
    ]
    assert total(lines, in_force) == total(single, in_force)


@given(line_lists(by_hand=True), in_force(), by_hand)
@settings(max_examples=120, deadline=None)
def test_no_line_gets_below_zero(lines: list[Line], in_force: Discounts, whole: Discount | None) -> None:
    """Whatever is given on top of each other: no sold line costs less than nothing, every amount is in whole öre and
    above 0, and what is taken off is what stands on the lines."""
    sale = priced(lines, in_force, discount=whole)
    totals = compute(sale)
    for each, amounts in zip(sale.lines, totals.lines, strict=True):
        assert amounts.net >= 0 or each.quantity < 0
        assert amounts.net <= 0 or each.quantity > 0
        for given_ in each.discount_lines:
            assert given_.amount > 0
            assert given_.amount == given_.amount.quantize(UNIT)
        if each.quantity < 0 or each.voided or each.price_override is not None:
            assert not each.discount_lines
    assert sum((line.net for line in totals.lines), Decimal(0)) == totals.total


@given(
    line_lists(weighed=False),
    in_force(types=ONE_AT_A_TIME, concurrencies=("best_price",)),
    st.sampled_from("abcde"),
)
@settings(max_examples=30, deadline=None)
def test_one_more_costs_at_most_its_own_price(lines: list[Line], in_force: Discounts, more: str) -> None:
    """Best price among simple and quantity discounts: one more article never makes the rest dearer."""
    added = line("more", more)
    assert total([*lines, added], in_force) <= total(lines, in_force) + added.item.unit_price


@given(
    line_lists(weighed=False),
    in_force(types=("mix_and_match", "threshold"), concurrencies=("best_price",), most=1),
    st.sampled_from("abcde"),
)
@settings(max_examples=30, deadline=None)
def test_one_more_costs_at_most_its_own_price_with_bundles(lines: list[Line], in_force: Discounts, more: str) -> None:
    """The same of a mix and match, or a threshold, that nothing else competes with."""
    added = line("more", more)
    assert total([*lines, added], in_force) <= total(lines, in_force) + added.item.unit_price


@given(line_lists(weighed=False), in_force(types=ONE_AT_A_TIME, concurrencies=("best_price",)))
@settings(max_examples=60, deadline=None)
def test_the_best_price_is_the_best(lines: list[Line], in_force: Discounts) -> None:
    """No discount alone would have made the sale cheaper than all of them in competition."""
    for each in in_force.discounts:
        alone = Discounts((each,), tuple(item for item in in_force.items if item.discount_id == each.discount_id))
        assert total(lines, in_force) <= total(lines, alone)


@given(line_lists(), in_force())
@settings(max_examples=30, deadline=None)
def test_the_same_again_is_the_same(lines: list[Line], in_force: Discounts) -> None:
    """Nothing is remembered between two calls."""
    assert discounts_on(lines, Live(in_force), UNIT) == discounts_on(lines, Live(in_force), UNIT)
