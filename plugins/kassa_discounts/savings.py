"""What a discount takes off one article by itself: simple and quantity discounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from kassa_discounts.positions import ZERO, Offer, Position
from kassa_discounts.requests import PeriodicDiscount

HUNDRED = Decimal(100)
SINGLE = ("simple", "quantity")
"""Types of discounts that are given on each article."""


def off_price(kind: str, value: Decimal, price: Decimal) -> Decimal:
    """What is taken off ``price``: never more than all of it, and never less than nothing."""
    if kind == "percent":
        return price * value / HUNDRED
    if kind == "amount":
        return min(value, price)
    return max(price - value, ZERO)


def reached(offer: Offer) -> list[Decimal]:
    """The values that the sale gets: a simple discount's own, or those of a quantity discount's levels that all of its
    products in the sale together come to. The best of them holds."""
    discount = offer.discount
    if discount.discount_type == "simple":
        return [discount.value]
    quantity = sum((position.quantity for position in offer.members), ZERO)
    return [value_of(discount, level.value) for level in discount.levels if level.minimum <= quantity]


def value_of(discount: PeriodicDiscount, value: Decimal | None) -> Decimal:
    """A level's value, which may be the discount's own."""
    return discount.value if value is None else value


def savings_each(offer: Offer, prices: Mapping[Position, Decimal]) -> dict[Position, Decimal]:
    """What the discount takes off one article of each position that costs ``prices``; only where it is something."""
    values, kind = reached(offer), offer.discount.kind
    if not values:
        return {}
    value = min(values) if kind == "deal_price" else max(values)
    savings = ((position, off_price(kind, value, prices.get(position, ZERO))) for position in offer.members)
    return {position: saving for position, saving in savings if saving > 0}
