"""Threshold discounts: after the others, for a sale whose articles come to an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kassa_discounts.compounding import in_order
from kassa_discounts.positions import ZERO, Offer, Position, Taken
from kassa_discounts.savings import HUNDRED, value_of


@dataclass
class Standing:
    """Where the articles stand after the other discounts.

    :param costs: what all articles of a position cost now.
    :param values: of those, what articles without an exclusive or a best price discount cost.
    :param compounded: positions that have compound discounts.
    """

    costs: dict[Position, Decimal]
    values: dict[Position, Decimal]
    compounded: set[Position]

    def eligible(self, offer: Offer) -> dict[Position, Decimal]:
        """What the discount would be taken off: what has no other, or, if it is compound, only compound ones."""
        on_top = offer.discount.concurrency == "compound"
        return {
            position: self.values[position]
            for position in offer.members
            if self.values[position] > 0 and (on_top or position not in self.compounded)
        }

    def take(self, offer: Offer, parts: Mapping[Position, Decimal]) -> Taken:
        """The discount is given."""
        for position, saving in parts.items():
            self.costs[position] -= saving
            if offer.discount.concurrency == "compound":
                self.values[position] -= saving
                self.compounded.add(position)
            else:
                self.values[position] = ZERO
        return Taken(offer.discount, dict(parts), together=True)


def take_thresholds(offers: list[Offer], standing: Standing) -> list[Taken]:
    """What threshold discounts take: exclusive ones, then best price ones, the largest first; then compound ones."""
    taken = []
    for concurrency in ("exclusive", "best_price"):
        rivals = [offer for offer in offers if offer.discount.concurrency == concurrency]
        while rivals:
            found = [(_parts(offer, standing), offer) for offer in rivals]
            parts, offer = max(found, key=lambda each: sum(each[0].values(), ZERO))
            if not parts:
                break
            taken.append(standing.take(offer, parts))
            rivals.remove(offer)
    for offer in in_order(offer for offer in offers if offer.discount.concurrency == "compound"):
        parts = _parts(offer, standing)
        taken += [standing.take(offer, parts)] if parts else []
    return taken


def _parts(offer: Offer, standing: Standing) -> dict[Position, Decimal]:
    discount = offer.discount
    amount = sum((standing.costs[position] for position in offer.members), ZERO)
    values = [value_of(discount, level.value) for level in discount.levels if level.minimum <= amount]
    eligible = standing.eligible(offer)
    whole = sum(eligible.values(), ZERO)
    if not values or not whole:
        return {}
    if discount.kind == "percent":
        return {position: worth * max(values) / HUNDRED for position, worth in eligible.items()}
    off = min(max(values), whole)
    return {position: off * worth / whole for position, worth in eligible.items()}
