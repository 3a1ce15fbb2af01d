"""Periodic discounts against examples that were worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from tests.plugins.discounts.promotions import discount, line, on, priced, sold, together, total

from kassa.model import Discount
from kassa.sale.totals import compute
from kassa_discounts.requests import Discounts

D = Decimal
THREE_FOR_TWO = on(discount("3for2", "mix_and_match", "least_expensive", "100", ("", "3")), "a", "b", "c")
TEN_OFF = on(discount("ten", "simple", "percent", "10"), "a", "b")
QUANTITY = on(discount("many", "quantity", "deal_price", "0", ("3", "9"), ("5", "8")), "a")
MENU = on(discount("menu", "mix_and_match", "deal_price", "30", ("X", "1"), ("Y", "2")), X="b", Y="a")
SPEND = on(discount("spend", "threshold", "amount", "0", ("50", "5"), ("100", "20")))


@pytest.mark.parametrize(
    ("in_force", "what", "expected"),
    [
        (TEN_OFF, ["2 a", "c"], "117.90"),  # 18 + 99.90
        (on(discount("less", "simple", "amount", "12"), "a"), ["2 a"], "0.00"),  # at most what it costs
        (on(discount("deal", "simple", "deal_price", "7.50"), "a"), ["3 a"], "22.50"),
        (on(discount("deal", "simple", "deal_price", "12"), "a"), ["3 a"], "30.00"),  # never dearer
        (on(discount("third", "simple", "percent", "33.33"), "e"), ["3 e"], "66.66"),  # 33.326667 off 99.99
        (QUANTITY, ["2 a"], "20.00"),
        (QUANTITY, ["2 a", "a"], "27.00"),
        (QUANTITY, ["4 a", "a"], "40.00"),
        (THREE_FOR_TWO, ["a", "b", "c"], "124.90"),  # the cheapest, 10.00
        (THREE_FOR_TWO, ["2 a", "2 b", "2 c"], "234.80"),  # 99.90 99.90 25 | 25 10 10: 25 and 10 off
        (THREE_FOR_TWO, ["2 c", "b", "a"], "209.80"),  # 99.90 99.90 25 together: 25 off; the 10 is left
        (MENU, ["b", "2 a"], "30.00"),
        (MENU, ["2 b", "3 a"], "65.00"),  # one menu, and 25 + 10
        (SPEND, ["4 a"], "40.00"),
        (SPEND, ["5 a"], "45.00"),
        (SPEND, ["10 a"], "80.00"),
    ],
)  # fmt: skip
def test_one_discount(in_force: Discounts, what: list[str], expected: str) -> None:
    """One discount alone, of each type and kind."""
    assert total(sold(*what), in_force) == D(expected)


def stacked(concurrency: str, *kinds: tuple[str, str]) -> Discounts:
    made = (
        on(discount(f"D{number}", "simple", kind, value, concurrency=concurrency), "c")
        for number, (kind, value) in enumerate(kinds)
    )
    return together(*made)


@pytest.mark.parametrize(
    ("in_force", "expected"),
    [
        (stacked("best_price", ("percent", "10"), ("percent", "20")), "79.92"),  # 20 % alone
        (stacked("compound", ("percent", "10"), ("percent", "20")), "71.93"),  # 0.9 · 0.8 · 99.90 = 71.928
        (stacked("compound", ("percent", "10"), ("amount", "9.90")), "81.00"),  # amounts first: (99.90 - 9.90) · 0.9
        (together(stacked("compound", ("percent", "10"), ("percent", "20")),
                  on(discount("E", "simple", "percent", "25"), "c")), "71.93"),  # 28 % together beats 25 %
        (together(stacked("compound", ("percent", "10"), ("percent", "20")),
                  on(discount("E", "simple", "percent", "30"), "c")), "69.93"),  # 30 % alone beats them
        (together(stacked("best_price", ("percent", "50")),
                  on(discount("E", "simple", "percent", "5", concurrency="exclusive"), "c")), "94.90"),  # 94.905
    ],
)  # fmt: skip
def test_concurrency(in_force: Discounts, expected: str) -> None:
    """Best price: the best alone; compound: all, each on what is left; the better of both; exclusive: before both."""
    assert total(sold("c"), in_force) == D(expected)


def test_a_bundle_that_is_worth_less_is_not_made() -> None:
    """Articles that get more by themselves are in no bundle; those that do not are, where there are enough."""
    half = on(discount("half", "simple", "percent", "50"), "c")
    assert total(sold("c", "a", "b"), together(half, THREE_FOR_TWO)) == D("84.95")
    assert total(sold("c", "2 a", "b"), together(half, THREE_FOR_TWO)) == D("84.95")


def test_best_price_of_two_bundles_whatever_their_ids() -> None:
    """Two bundles want the same articles: what takes off most in all is made, also where the other comes first."""
    for small, large in (("A", "B"), ("B", "A")):
        pair = on(discount(small, "mix_and_match", "amount", "4", ("", "2")), "a")
        trio = on(discount(large, "mix_and_match", "amount", "9", ("", "3")), "a")
        assert total(sold("3 a"), together(pair, trio)) == D("21.00")
        assert total(sold("4 a"), together(pair, trio)) == D("31.00")


def test_a_threshold_comes_after_the_others() -> None:
    """It counts what its products cost then; a best price one is taken off what has no discount, a compound one off
    what has compound ones too."""
    compound_ten = on(discount("ten", "simple", "percent", "10", concurrency="compound"), "a", "b")
    on_top = on(discount("spend", "threshold", "percent", "0", ("50", "10"), concurrency="compound"))
    plain = on(discount("spend", "threshold", "percent", "0", ("50", "10")))
    assert total(sold("5 a"), together(compound_ten, on_top)) == D("45.00")  # 45 is below 50
    assert total(sold("6 a"), together(compound_ten, on_top)) == D("48.60")
    assert total(sold("6 a", "e"), together(compound_ten, plain)) == D("84.00")  # 54 + 33.33 - 3.33
    assert total(sold("6 a", "e"), together(TEN_OFF, on_top)) == D("84.00")


def test_parts_are_divided_among_lines() -> None:
    """The page's example: three for two on coffee, and a fourth."""
    coffee = on(discount("3for2", "mix_and_match", "least_expensive", "100", ("", "3")), "a")
    lines = [line(f"l{number}", "a", price="54.90") for number in range(4)]
    assert total(lines[:2], coffee) == D("109.80")
    three = priced(lines[:3], coffee)
    assert [each.discount_lines[0].amount for each in three.lines] == [D("18.30")] * 3
    four = priced(lines, coffee)
    assert sorted(each.discount_lines[0].amount for each in four.lines) == [D("13.72")] * 2 + [D("13.73")] * 2
    assert compute(four).total == D("164.70")


def test_by_hand_comes_after() -> None:
    """A line discount by hand is taken off what periodic ones leave, a total discount off what all lines then cost."""
    lines = sold("2 a", "c")
    lines[0] = replace(lines[0], discount=Discount("percent", D(50)))
    assert total(lines, TEN_OFF) == D("108.90")  # 20 - 2 = 18, half of it; 99.90
    assert total(lines, TEN_OFF, discount=Discount("amount", D("8.90"))) == D("100.00")


@pytest.mark.parametrize(
    "change", [{"price_override": D(8)}, {"quantity": D(-1)}, {"voided": True}], ids=["price", "return", "void"]
)
def test_lines_that_get_none(change: dict[str, Any]) -> None:
    """A price by hand, a return and a void line get no periodic discount and count for none."""
    lines = sold("a", "a", "a")
    lines[2] = replace(lines[2], **change)
    sale = priced(lines, together(QUANTITY, TEN_OFF))
    assert [bool(each.discount_lines) for each in sale.lines] == [True, True, False]
    assert sum((each.discount_lines[0].amount for each in sale.lines[:2]), D(0)) == D("2.00")


def test_weighed_goods_are_in_no_bundle() -> None:
    """0.5 kg is no article of a bundle; a per cent is taken off it all the same."""
    assert total(sold("0.5 a", "2 b"), THREE_FOR_TWO) == D("55.00")
    assert total(sold("0.5 a"), TEN_OFF) == D("4.50")


def test_prices_that_differ_are_positions_of_their_own() -> None:
    """An item whose price changed in the middle of a sale is discounted at each of its prices."""
    lines = [line("l1", "a"), line("l2", "a", price="12.00")]
    assert total(lines, TEN_OFF) == D("19.80")
