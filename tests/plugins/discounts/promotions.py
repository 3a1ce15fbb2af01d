"""Discounts and sales for tests: written by hand, and as hypothesis makes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.sale.strategies import decimals, discounts, sale

from kassa.discounting import DiscountLevel
from kassa.model import Item, Line, Transaction
from kassa.sale.discount_lines import with_discount_lines
from kassa.sale.totals import compute
from kassa_discounts.engine import discounts_on
from kassa_discounts.positions import Live
from kassa_discounts.requests import DiscountedItem, Discounts, PeriodicDiscount

D = Decimal
UNIT = D("0.01")
PRICES = {"a": "10.00", "b": "25.00", "c": "99.90", "d": "0.05", "e": "33.33"}
KINDS = {
    "simple": ("percent", "amount", "deal_price"),
    "quantity": ("percent", "amount", "deal_price"),
    "mix_and_match": ("percent", "amount", "deal_price", "least_expensive"),
    "threshold": ("percent", "amount"),
}


def discount(discount_id: str, discount_type: str, kind: str, value: str, *levels: tuple[str, ...], **more: Any) -> Any:
    """A discount; levels are (minimum, value) or, of a mix and match, (group, how many)."""
    concurrency = more.get("concurrency", "best_price")
    made = []
    for one, other in levels:
        if discount_type == "mix_and_match":
            made.append(DiscountLevel(D(other), line_group=one))
        else:
            made.append(DiscountLevel(D(one), D(other)))
    return PeriodicDiscount(discount_id, discount_id, discount_type, concurrency, kind, D(value), tuple(made))  # type: ignore[arg-type]


def on(made: PeriodicDiscount, *items: str, **groups: str) -> Discounts:
    """In force on these items (none: on all), or by line group: ``A="a b"``."""
    wanted = [DiscountedItem(item, made.discount_id) for item in (items or ("",) if not groups else ())]
    wanted += [DiscountedItem(item, made.discount_id, name) for name, of in groups.items() for item in of.split()]
    return Discounts((made,), tuple(wanted))


def together(*each: Discounts) -> Discounts:
    """All of them in force."""
    return Discounts(
        tuple(sorted((one for each_ in each for one in each_.discounts), key=lambda one: one.discount_id)),
        tuple(item for each_ in each for item in each_.items),
    )


def line(line_id: str, item: str, quantity: str = "1", **more: Any) -> Line:
    """A line of one of the items."""
    price = more.pop("price", PRICES[item])
    rate = {"a": "0.12", "b": "0.06"}.get(item, "0.25")
    return Line(line_id, Item(item, item, D(price), rate, D(rate)), D(quantity), **more)


def sold(*what: str) -> list[Line]:
    """Lines from words such as ``a`` or ``3 a``."""
    lines = []
    for number, words in enumerate(what):
        quantity, _space, item = words.rpartition(" ")
        lines.append(line(f"l{number}", item, quantity or "1"))
    return lines


def priced(lines: Sequence[Line], in_force: Discounts, **more: Any) -> Transaction:
    """A sale of the lines with their discounts."""
    offered = discounts_on(lines, Live(in_force), UNIT)
    return with_discount_lines(sale(*lines, **more), [("discounts", each) for each in offered])


def total(lines: Sequence[Line], in_force: Discounts, **more: Any) -> Decimal:
    """What they cost with their discounts."""
    return compute(priced(lines, in_force, **more)).total


@st.composite
def single_discounts(draw: st.DrawFn, name: str, types: Sequence[str], concurrencies: Sequence[str]) -> Discounts:
    """One discount, on some of the items or on all."""
    discount_type = draw(st.sampled_from(types))
    kind = draw(st.sampled_from(KINDS[discount_type]))
    largest = "100" if kind in ("percent", "least_expensive") else "60"
    values = decimals("0.01", largest, 2)
    items = draw(st.lists(st.sampled_from(list(PRICES)), unique=True, max_size=4))
    levels: tuple[DiscountLevel, ...] = ()
    groups = [""]
    if discount_type == "mix_and_match":
        groups = draw(st.sampled_from((["A"], ["A", "B"])))
        levels = tuple(DiscountLevel(D(draw(st.integers(1, 3))), line_group=group) for group in groups)
    elif discount_type != "simple":
        sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True))
        step = 1 if discount_type == "quantity" else 25
        levels = tuple(DiscountLevel(D(size * step), draw(values)) for size in sorted(sizes))
    made = PeriodicDiscount(
        name, name, discount_type, draw(st.sampled_from(concurrencies)), kind, draw(values), levels  # type: ignore[arg-type]
    )  # fmt: skip
    members = [DiscountedItem(item, name, draw(st.sampled_from(groups))) for item in items]
    return Discounts((made,), tuple(members or [DiscountedItem("", name, group) for group in groups]))


@st.composite
def in_force(
    draw: st.DrawFn,
    *,
    types: Sequence[str] = tuple(KINDS),
    concurrencies: Sequence[str] = ("exclusive", "best_price", "compound"),
    most: int = 5,
) -> Discounts:
    """Some discounts."""
    count = draw(st.integers(1, most))
    return together(*(draw(single_discounts(f"D{number}", types, concurrencies)) for number in range(count)))


@st.composite
def line_lists(draw: st.DrawFn, *, by_hand: bool = False, weighed: bool = True) -> list[Line]:
    """Lines; ``by_hand``: some with a discount or a price that the cashier gave."""
    quantities = st.integers(1, 4).map(D)
    made = []
    for number in range(draw(st.integers(1, 9))):
        quantity = draw(st.one_of(quantities, decimals("0.001", "3", 3)) if weighed else quantities)
        each = line(f"l{number}", draw(st.sampled_from(list(PRICES))), str(quantity))
        if by_hand:
            each = replace(
                each,
                discount=draw(discounts),
                price_override=draw(st.one_of(st.none(), st.none(), decimals("0", "50", 2))),
                voided=draw(st.sampled_from((False, False, False, True))),
                quantity=each.quantity * draw(st.sampled_from((1, 1, 1, -1))),
            )
        made.append(each)
    return made
