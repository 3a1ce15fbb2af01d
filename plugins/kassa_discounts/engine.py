"""Periodic discounts on a sale (docs/discounts.md): a pure function of its lines and of what is in force."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kassa.discounting import OfferedDiscount
from kassa.model import Line
from kassa_discounts.competing import compete
from kassa_discounts.compounding import compound
from kassa_discounts.dividing import divided
from kassa_discounts.positions import ZERO, Offer, Position, Taken, offers_on, positions_of
from kassa_discounts.requests import Discounts
from kassa_discounts.thresholds import Standing, take_thresholds


def discounts_on(lines: Iterable[Line], in_force: Discounts, unit: Decimal) -> list[OfferedDiscount]:
    """What the lines get off.

    1. Exclusive discounts: an article gets the best of them, and no other discount.
    2. Best price discounts compete for the other articles with each other, and with the compound ones, which are given
       together, each on what the ones before have left.
    3. Threshold discounts come after, by what the articles cost now.
    """
    positions = positions_of(lines, unit)
    offers = offers_on(positions, in_force)
    return divided(_taken(positions, offers), unit) if offers else []


def _taken(positions: list[Position], offers: list[Offer]) -> list[Taken]:
    prices = {position: position.price for position in positions}
    left = {position: position.quantity for position in positions}
    taken = compete(_of(offers, "exclusive"), left, prices, {})
    compounds = _of(offers, "compound")
    taken += compete(_of(offers, "best_price"), left, prices, _compounded(compounds, left))
    values = _values(left)
    before = dict(values)
    taken += compound(compounds, left, values)
    standing = Standing(_costs(positions, taken), values, {each for each in values if values[each] != before[each]})
    thresholds = [offer for offer in offers if offer.discount.discount_type == "threshold"]
    return taken + take_thresholds(thresholds, standing)


def _of(offers: list[Offer], concurrency: str) -> list[Offer]:
    return [
        offer
        for offer in offers
        if offer.discount.concurrency == concurrency and offer.discount.discount_type != "threshold"
    ]


def _compounded(compounds: list[Offer], left: dict[Position, Decimal]) -> dict[Position, Decimal]:
    """What the compound discounts together would take off one article of each position."""
    if not compounds:
        return {}
    values = _values(left)
    before = dict(values)
    compound(compounds, left, values)
    return {each: (before[each] - values[each]) / left[each] for each in values if values[each] != before[each]}


def _values(left: dict[Position, Decimal]) -> dict[Position, Decimal]:
    return {
        position: position.worth if quantity == position.quantity else position.worth * quantity / position.quantity
        for position, quantity in left.items()
    }


def _costs(positions: list[Position], taken: list[Taken]) -> dict[Position, Decimal]:
    costs = {position: position.worth for position in positions}
    for each in taken:
        for position, saving in each.parts.items():
            costs[position] -= saving
    return {position: max(cost, ZERO) for position, cost in costs.items()}
