"""Bundles: the articles that a mix and match discount takes together, as often as they are there and it pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kassa_discounts.positions import ZERO, Offer, Position
from kassa_discounts.savings import HUNDRED


@dataclass
class Articles:
    """What bundles are made of.

    :param left: how many whole articles of each position there are; taken from by :func:`take_bundles`.
    :param prices: what one costs.
    :param otherwise: what one would get off without the bundle.
    """

    left: dict[Position, int]
    prices: Mapping[Position, Decimal]
    otherwise: Mapping[Position, Decimal]

    def copy(self) -> Articles:
        """The same, to try something with."""
        return Articles(dict(self.left), self.prices, self.otherwise)


@dataclass(frozen=True)
class Bundles:
    """What bundles take off each position, how many of its articles are in them, and what is gained by them."""

    savings: dict[Position, Decimal]
    articles: dict[Position, int]
    gain: Decimal


def take_bundles(offer: Offer, articles: Articles) -> Bundles:
    """Bundle after bundle, each of what gains most, as long as a bundle gains something. Where it does not, what gets
    most by itself is left out of bundles from there on."""
    ranked = _ranked(offer, articles)
    savings: dict[Position, Decimal] = {}
    used: dict[Position, int] = {}
    gain = ZERO
    while bundle := _choose(offer, ranked, articles.left):
        each = _savings(offer, bundle, articles.prices)
        gained = sum(each.values(), ZERO)
        for position, count in bundle.items():
            gained -= articles.otherwise.get(position, ZERO) * count
        if gained <= 0:
            if not _leave_out(bundle, ranked, articles.otherwise):
                break
            continue
        times = min(articles.left[position] // count for position, count in bundle.items())
        gain += gained * times
        for position, count in bundle.items():
            articles.left[position] -= count * times
            used[position] = used.get(position, 0) + count * times
            savings[position] = savings.get(position, ZERO) + each[position] * times
    return Bundles(savings, used, gain)


def _leave_out(
    bundle: Mapping[Position, int], ranked: Mapping[str, list[Position]], otherwise: Mapping[Position, Decimal]
) -> bool:
    worst = max(bundle, key=lambda position: (otherwise.get(position, ZERO), position.key))
    if not otherwise.get(worst):
        return False
    for positions in ranked.values():
        if worst in positions:
            positions.remove(worst)
    return True


def _ranked(offer: Offer, articles: Articles) -> dict[str, list[Position]]:
    """The positions of each line group, those first that a bundle gains most by."""
    kind, part = offer.discount.kind, offer.discount.value / HUNDRED

    def rank(position: Position) -> tuple[Decimal, Decimal, tuple[str, ...]]:
        price, otherwise = articles.prices.get(position, ZERO), articles.otherwise.get(position, ZERO)
        taken = {"percent": price * part, "amount": ZERO}.get(kind, price)
        return otherwise - taken, -price, position.key

    groups: dict[str, list[Position]] = {}
    for position in sorted(offer.members, key=rank):
        for group in offer.members[position]:
            groups.setdefault(group, []).append(position)
    return groups


def _choose(offer: Offer, ranked: Mapping[str, list[Position]], left: Mapping[Position, int]) -> dict[Position, int]:
    """The articles of the next bundle; empty where there are not enough."""
    chosen: dict[Position, int] = {}
    for level in sorted(offer.discount.levels, key=lambda level: level.line_group):
        missing = int(level.minimum)
        for position in ranked.get(level.line_group, ()):
            count = min(left.get(position, 0) - chosen.get(position, 0), missing)
            if count > 0:
                chosen[position] = chosen.get(position, 0) + count
                missing -= count
            if not missing:
                break
        if missing:
            return {}
    return chosen


def _savings(
    offer: Offer, bundle: Mapping[Position, int], prices: Mapping[Position, Decimal]
) -> dict[Position, Decimal]:
    """What one bundle takes off each of its positions: an amount or a deal price in proportion to their prices."""
    kind, value = offer.discount.kind, offer.discount.value
    worths = {position: prices[position] * count for position, count in bundle.items()}
    if kind == "percent":
        return {position: worth * value / HUNDRED for position, worth in worths.items()}
    if kind == "least_expensive":
        cheapest = min(bundle, key=lambda position: (prices[position], position.key))
        return {position: prices[position] * value / HUNDRED if position is cheapest else ZERO for position in bundle}
    whole = sum(worths.values(), ZERO)
    off = min(value, whole) if kind == "amount" else max(whole - value, ZERO)
    if not whole:
        return dict.fromkeys(bundle, ZERO)
    return {position: off * worth / whole for position, worth in worths.items()}
