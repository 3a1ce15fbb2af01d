"""Positions: the lines of a sale put together by item and price, so that it does not matter in which order, or in how
many scans, something came into the sale."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from kassa.discounting import DiscountLevel
from kassa.model import Line
from kassa.sale.gift_cards import takes_discount
from kassa_discounts.requests import Discounts, PeriodicDiscount

ZERO = Decimal(0)


@dataclass(eq=False)
class Position:
    """All lines of one item at one price.

    :param key: what positions are put in order by, whatever the order of the lines.
    :param lines: each with its gross.
    :param worth: what they cost together.
    :param units: how many whole articles they are; 0 where one of them is weighed: bundles take whole articles.
    """

    key: tuple[str, ...]
    item_number: str
    price: Decimal
    lines: list[tuple[Line, Decimal]] = field(default_factory=list)
    worth: Decimal = ZERO
    quantity: Decimal = ZERO
    units: int = 0


class Live:
    """Discounts in force, by item."""

    def __init__(self, in_force: Discounts) -> None:
        self.discounts = {each.discount_id: each for each in in_force.discounts}
        groups: dict[str, dict[str, tuple[str, ...]]] = {}
        for each in in_force.items:
            of_item = groups.setdefault(each.item_number, {})
            of_item[each.discount_id] = (*of_item.get(each.discount_id, ()), each.line_group)
        self._on = {item_number: tuple(of_item.items()) for item_number, of_item in groups.items()}
        self.on_everything = self.on("")

    def on(self, item_number: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The ids of the discounts on an item, each with its line groups in it."""
        return self._on.get(item_number, ())


@dataclass(frozen=True, eq=False)
class Offer:
    """A discount with the positions that it is on, in their order, each with its line groups."""

    discount: PeriodicDiscount
    members: dict[Position, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Taken:
    """What a discount takes off positions, not rounded yet.

    :param together: it is one amount for all of them (a bundle, a threshold), rounded once.
    """

    discount: PeriodicDiscount
    parts: dict[Position, Decimal]
    together: bool = False


def positions_of(lines: Iterable[Line], unit: Decimal) -> list[Position]:
    """The positions of the lines that periodic discounts are on, in the order of their keys. Left out are what is void
    or a return, what has a price that somebody gave by hand, and money on gift cards."""
    found: dict[tuple[str, ...], Position] = {}
    whole: dict[tuple[str, ...], bool] = {}
    for line in lines:
        if line.voided or line.quantity <= 0 or line.price_override is not None or not takes_discount(line):
            continue
        item = line.item
        price, rate = item.unit_price.normalize(), item.tax_rate.normalize()
        key: tuple[str, ...] = (item.number, str(price), item.tax_code, str(rate))
        position = found.get(key)
        if position is None:
            position = found[key] = Position(key, item.number, item.unit_price)
        gross = (item.unit_price * line.quantity).quantize(unit, ROUND_HALF_UP)
        position.lines.append((line, gross))
        position.worth += gross
        position.quantity += line.quantity
        whole[key] = whole.get(key, True) and line.quantity == line.quantity.to_integral_value()
    for key, position in found.items():
        position.units = int(position.quantity) if whole[key] else 0
    return [found[key] for key in sorted(found)]


def offers_on(positions: Iterable[Position], live: Live, activated: Container[str] = ()) -> list[Offer]:
    """The discounts that are on any of the positions and may take something off, by their ids.

    :param activated: the ids of those that coupons of the sale have made possible.
    """
    members: dict[str, dict[Position, tuple[str, ...]]] = {}
    for position in positions:
        for discount_id, groups in (*live.on(position.item_number), *live.on_everything):
            of_discount = members.setdefault(discount_id, {})
            before = of_discount.get(position)
            of_discount[position] = groups if before is None else tuple(sorted({*before, *groups}))
    found = (Offer(live.discounts[key], members[key]) for key in sorted(members))
    offers = (each for each in found if not each.discount.coupon_required or each.discount.discount_id in activated)
    return [offer for offer in offers if _is_possible(offer)]


def _is_possible(offer: Offer) -> bool:
    """Whether the sale has what the discount takes: most that are on some of its items do not come to their first
    level, and need not be looked at any further."""
    discount_type, members = offer.discount.discount_type, offer.members
    if discount_type == "simple":
        return True
    if discount_type == "mix_and_match":
        return all(_has_articles(offer, level) for level in offer.discount.levels)
    is_quantity = discount_type == "quantity"
    reached = sum([position.quantity if is_quantity else position.worth for position in members], ZERO)
    return any(level.minimum <= reached for level in offer.discount.levels)


def _has_articles(offer: Offer, level: DiscountLevel) -> bool:
    return level.minimum <= sum(
        position.units for position, groups in offer.members.items() if level.line_group in groups
    )
