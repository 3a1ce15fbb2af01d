"""From what discounts take off positions to whole minor units on lines.

Amounts are rounded half up once: for each discount and position, or, where a discount is one amount for several
positions, once for all of them. Parts are divided by largest remainder, so that they always add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from kassa.discounting import OfferedDiscount
from kassa.model import Line
from kassa.sale.allocation import allocate, round_half_up
from kassa_discounts.positions import ZERO, Position, Taken


def divided(taken: Iterable[Taken], unit: Decimal) -> list[OfferedDiscount]:
    """What each line gets, discount after discount; never more than is left of the line."""
    left: dict[Position, list[tuple[Line, Decimal]]] = {}
    offered = []
    for each in taken:
        for position, amount in _rounded(each, unit):
            lines = left.get(position) or sorted(position.lines, key=_alike)
            parts = _parts(amount, [worth for _line, worth in lines], unit)
            discount = each.discount
            for (line, _worth), part in zip(lines, parts, strict=True):
                if part:
                    offered.append(OfferedDiscount(line.line_id, discount.discount_id, discount.name, part))
            left[position] = [(line, worth - part) for (line, worth), part in zip(lines, parts, strict=True)]
    return offered


def _rounded(taken: Taken, unit: Decimal) -> Iterator[tuple[Position, Decimal]]:
    positions = sorted(taken.parts, key=lambda position: position.key)
    exact = [taken.parts[position] for position in positions]
    if taken.together:
        amounts = allocate(exact, round_half_up(sum(exact, ZERO), unit), unit)
    else:
        amounts = [round_half_up(amount, unit) for amount in exact]
    return zip(positions, amounts, strict=True)


def _parts(amount: Decimal, worths: list[Decimal], unit: Decimal) -> list[Decimal]:
    whole = sum(worths, ZERO)
    amount = min(amount, whole)
    if not amount:
        return [ZERO] * len(worths)
    return allocate([amount * worth / whole for worth in worths], amount, unit)


def _alike(part: tuple[Line, Decimal]) -> tuple[object, ...]:
    """Lines in an order that has nothing to do with when they were scanned: two that come out equal are alike in all
    that the total depends on."""
    line, gross = part
    by_hand = ("", ZERO) if line.discount is None else (line.discount.kind, line.discount.value)
    return (gross, *by_hand, line.line_id)
