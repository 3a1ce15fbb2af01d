"""Compound discounts: each is taken off what the ones before have left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from kassa_discounts.bundles import Articles, take_bundles
from kassa_discounts.positions import ZERO, Offer, Position, Taken
from kassa_discounts.savings import SINGLE, savings_each

TYPES = ("simple", "quantity", "mix_and_match", "threshold")
KINDS = ("deal_price", "amount", "least_expensive", "percent")


def in_order(offers: Iterable[Offer]) -> list[Offer]:
    """The order of compound discounts, which is always the same: by type, prices before amounts before per cents, and
    then by id."""
    return sorted(
        offers,
        key=lambda offer: (
            TYPES.index(offer.discount.discount_type),
            KINDS.index(offer.discount.kind),
            offer.discount.discount_id,
        ),
    )


def compound(offers: Iterable[Offer], left: Mapping[Position, Decimal], values: dict[Position, Decimal]) -> list[Taken]:
    """What these discounts take off the articles that are ``left``.

    :param values: what those cost; less what is taken, when this returns.
    """
    taken = []
    for offer in in_order(offers):
        prices = {
            position: values[position] / left[position] for position in offer.members if left.get(position, ZERO) > 0
        }
        if offer.discount.discount_type in SINGLE:
            parts = {
                position: min(saving * left[position], values[position])
                for position, saving in savings_each(offer, prices).items()
            }
            found = Taken(offer.discount, parts)
        else:
            units = {position: position.units and int(left[position]) for position in prices}
            found = Taken(offer.discount, take_bundles(offer, Articles(units, prices, {})).savings, together=True)
        for position, saving in found.parts.items():
            values[position] -= saving
        if found.parts:
            taken.append(found)
    return taken
