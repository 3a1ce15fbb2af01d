"""Positions: the lines of a sale put together by item and price, so that it does not matter in which order, or in how
many scans, something came into the sale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from kassa.model import Line
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
    or a return, and what has a price that somebody gave by hand."""
    found: dict[tuple[str, ...], Position] = {}
    whole: dict[tuple[str, ...], bool] = {}
    for line in lines:
        if line.voided or line.quantity <= 0 or line.price_override is not None:
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


def offers_on(positions: Iterable[Position], discounts: Discounts) -> list[Offer]:
    """The discounts that are on any of the positions, by their ids."""
    on: dict[str, list[tuple[str, str]]] = {}
    for each in discounts.items:
        on.setdefault(each.item_number, []).append((each.discount_id, each.line_group))
    members: dict[str, dict[Position, tuple[str, ...]]] = {}
    for position in positions:
        for discount_id, group in (*on.get(position.item_number, ()), *on.get("", ())):
            of_discount = members.setdefault(discount_id, {})
            groups = of_discount.get(position, ())
            if group not in groups:
                of_discount[position] = tuple(sorted((*groups, group)))
    return [Offer(each, members[each.discount_id]) for each in discounts.discounts if each.discount_id in members]
