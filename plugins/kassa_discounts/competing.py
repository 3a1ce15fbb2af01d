"""Exclusive and best price discounts: an article gets one of them, the one that takes off most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import permutations

from kassa_discounts.bundles import Articles, Bundles, take_bundles
from kassa_discounts.positions import ZERO, Offer, Position, Taken
from kassa_discounts.savings import SINGLE, savings_each

MOST_ORDERS = 4
"""So many mix and match discounts that compete for the same articles are tried in every order; more of them are taken
in the order of what each gains alone."""


def compete(
    offers: Sequence[Offer],
    left: dict[Position, Decimal],
    prices: Mapping[Position, Decimal],
    rivals: Mapping[Position, Decimal],
) -> list[Taken]:
    """What these discounts take; what they take it off goes from ``left``.

    :param rivals: what compound discounts together would take off an article: the better of the two is given.
    """
    best: dict[Position, tuple[Decimal, Offer | None]] = {
        position: (rivals.get(position, ZERO), None) for position in left
    }
    for offer in offers:
        if offer.discount.discount_type in SINGLE:
            for position, saving in savings_each(offer, prices).items():
                if position in best and saving > best[position][0]:
                    best[position] = (saving, offer)
    taken = _bundled(offers, left, prices, {position: saving for position, (saving, _offer) in best.items()})
    singles: dict[str, Taken] = {}
    for position, (saving, single) in best.items():
        if single is not None and left[position] > 0:
            found = singles.setdefault(single.discount.discount_id, Taken(single.discount, {}))
            found.parts[position] = saving * left[position]
            left[position] = ZERO
    return [*taken, *(singles[key] for key in sorted(singles))]


def _bundled(
    offers: Sequence[Offer],
    left: dict[Position, Decimal],
    prices: Mapping[Position, Decimal],
    otherwise: Mapping[Position, Decimal],
) -> list[Taken]:
    mixes = [offer for offer in offers if offer.discount.discount_type == "mix_and_match"]
    if not mixes:
        return []
    units = {position: position.units for position, quantity in left.items() if quantity == position.quantity}
    articles = Articles(units, prices, otherwise)
    alone = {offer: take_bundles(offer, articles.copy()).gain for offer in mixes}
    taken = []
    for together in _rivals([offer for offer in mixes if alone[offer] > 0]):
        for offer, bundles in _best_order(together, articles, alone):
            taken.append(Taken(offer.discount, bundles.savings, together=True))
            for position, count in bundles.articles.items():
                left[position] -= count
    return taken


def _rivals(mixes: list[Offer]) -> list[list[Offer]]:
    """The discounts in parts that have no article in common."""
    parts: list[tuple[set[Position], list[Offer]]] = []
    for offer in mixes:
        members, of_part = set(offer.members), [offer]
        for part in [part for part in parts if part[0] & members]:
            parts.remove(part)
            members |= part[0]
            of_part = part[1] + of_part
        parts.append((members, of_part))
    return [sorted(of_part, key=lambda offer: offer.discount.discount_id) for _members, of_part in parts]


def _best_order(offers: list[Offer], articles: Articles, alone: Mapping[Offer, Decimal]) -> list[tuple[Offer, Bundles]]:
    """The bundles of the order of discounts that gains most; of equal ones the first by the discounts' ids."""
    orders = _orders(offers, alone)
    if len(orders) == 1:
        return _in_order(orders[0], articles)
    tried = [(_in_order(order, articles.copy()), order) for order in orders]
    _bundles, order = max(tried, key=lambda each: sum((bundles.gain for _offer, bundles in each[0]), ZERO))
    return _in_order(order, articles)


def _orders(offers: list[Offer], alone: Mapping[Offer, Decimal]) -> list[Sequence[Offer]]:
    if len(offers) <= MOST_ORDERS:
        return list(permutations(offers))
    return [sorted(offers, key=lambda offer: (-alone[offer], offer.discount.discount_id))]


def _in_order(order: Sequence[Offer], articles: Articles) -> list[tuple[Offer, Bundles]]:
    made = [(offer, take_bundles(offer, articles)) for offer in order]
    return [(offer, bundles) for offer, bundles in made if bundles.gain > 0]
