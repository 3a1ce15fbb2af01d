"""Periodic discounts on a sale (docs/discounts.md): a pure function of its lines and of what is in force."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from kassa.discounting import OfferedDiscount
from kassa.model import Line
from kassa_discounts.competing import compete
from kassa_discounts.compounding import compound
from kassa_discounts.dividing import divided
from kassa_discounts.positions import ZERO, Live, Offer, Position, Taken, offers_on, positions_of
from kassa_discounts.thresholds import Standing, take_thresholds


def discounts_on(
    lines: Iterable[Line], live: Live, unit: Decimal, activated: Container[str] = ()
) -> list[OfferedDiscount]:
    """What the lines get off.

    1. Exclusive discounts: an article gets the best of them, and no other discount.
    2. Best price discounts compete for the other articles with each other, and with the compound ones, which are given
       together, each on what the ones before have left.
    3. Threshold discounts come after, by what the articles cost now.

    :param activated: the ids of discounts that the sale has a coupon of.
    """
    positions = positions_of(lines, unit)
    offers = offers_on(positions, live, activated)
    return divided(_taken(positions, offers), unit) if offers else []


def _taken(positions: list[Position], offers: list[Offer]) -> list[Taken]:
    prices = {position: position.price for position in positions}
    left = {position: position.quantity for position in positions}
    taken = compete(_of(offers, "exclusive"), left, prices, {})
    compounds = _of(offers, "compound")
    rivals = _compounded(compounds, left)
    taken += compete(_of(offers, "best_price"), left, prices, rivals.each(left))
    compounded = rivals.after(left) or _compounded(compounds, left)
    taken += compounded.taken
    values = compounded.values
    standing = Standing(_costs(positions, taken), values, compounded.touched)
    thresholds = [offer for offer in offers if offer.discount.discount_type == "threshold"]
    return taken + take_thresholds(thresholds, standing)


def _of(offers: list[Offer], concurrency: str) -> list[Offer]:
    return [
        offer
        for offer in offers
        if offer.discount.concurrency == concurrency and offer.discount.discount_type != "threshold"
    ]


@dataclass(frozen=True)
class _Compounded:
    """What the compound discounts together take off the articles that are ``left``."""

    left: dict[Position, Decimal]
    taken: list[Taken]
    values: dict[Position, Decimal]
    before: dict[Position, Decimal]

    @property
    def touched(self) -> set[Position]:
        """The positions that get something off."""
        return {position for position, value in self.values.items() if value != self.before[position]}

    def after(self, left: dict[Position, Decimal]) -> _Compounded | None:
        """The same of the articles that are left now, where that follows from what is known: what is given on each
        article by itself goes with it. None: a bundle may have lost some."""
        gone = {position for position, quantity in left.items() if quantity != self.left[position]}
        if not gone:
            return self
        if any(each.together and not gone.isdisjoint(each.parts) for each in self.taken) or any(
            left[position] for position in gone
        ):
            return None
        taken = [
            replace(each, parts={position: part for position, part in each.parts.items() if position not in gone})
            for each in self.taken
        ]
        values = {position: ZERO if position in gone else value for position, value in self.values.items()}
        before = {position: ZERO if position in gone else value for position, value in self.before.items()}
        return _Compounded(left, [each for each in taken if each.parts], values, before)

    def each(self, left: dict[Position, Decimal]) -> dict[Position, Decimal]:
        """What one article of each position gets off."""
        return {each: (self.before[each] - self.values[each]) / left[each] for each in self.touched}


def _compounded(compounds: list[Offer], left: dict[Position, Decimal]) -> _Compounded:
    values = _values(left)
    before = dict(values)
    return _Compounded(dict(left), compound(compounds, left, values), values, before)


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
