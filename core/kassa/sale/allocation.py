"""Dividing amounts among lines in whole minor units, so that the parts always add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from kassa.model import Discount

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)


class Rate(NamedTuple):
    """A tax code at a rate, in the order in which taxes are listed."""

    tax_code: str
    rate: Decimal


def round_half_up(amount: Decimal, unit: Decimal) -> Decimal:
    """``amount`` in whole ``unit``, half up away from zero; zero without a sign."""
    return amount.quantize(unit, ROUND_HALF_UP) + _ZERO


def discount_of(discount: Discount, worth: Decimal, unit: Decimal) -> Decimal:
    """What ``discount`` takes off ``worth`` (0 or more): never more than all of it."""
    wanted = worth * discount.value / _HUNDRED if discount.kind == "percent" else discount.value
    return min(round_half_up(wanted, unit), worth)


def own_discount(discount: Discount | None, gross: Decimal, unit: Decimal) -> Decimal:
    """What a line's own discount takes off its gross amount, with the sign of that amount."""
    if discount is None:
        return _ZERO * unit
    taken = discount_of(discount, abs(gross), unit)
    return -taken if gross < 0 else taken


def discounted(amounts: Sequence[Decimal]) -> tuple[int, list[int]]:
    """Which of the amounts a total discount is taken off: those sold (sign 1), or where nothing is sold, those
    returned (sign -1)."""
    sold = [index for index, amount in enumerate(amounts) if amount > 0]
    if sold:
        return 1, sold
    return -1, [index for index, amount in enumerate(amounts) if amount < 0]


def divide_discount(
    discount: Discount, amounts: Sequence[Decimal], rates: Sequence[Rate], unit: Decimal
) -> list[Decimal]:
    """Each line's share of the total discount. Between lines with the same claim the tax code decides, so that the
    order of the lines changes no tax."""
    shares = [_ZERO * unit] * len(amounts)
    sign, members = discounted(amounts)
    members.sort(key=lambda index: rates[index])
    worths = [sign * amounts[index] for index in members]
    whole = sum(worths, _ZERO)
    if not whole:
        return shares
    taken = discount_of(discount, whole, unit)
    parts = allocate([taken * worth / whole for worth in worths], taken, unit)
    for index, part in zip(members, parts, strict=True):
        shares[index] = sign * part
    return shares


def divide_tax(
    amounts: Sequence[Decimal], rate: Decimal, included: bool, unit: Decimal
) -> tuple[list[Decimal], Decimal]:
    """Each line's tax at ``rate``, and the tax on all of them, which is their sum."""
    divisor = 1 + rate if included else Decimal(1)
    tax = round_half_up(sum(amounts, _ZERO) * rate / divisor, unit)
    if len(amounts) == 1:
        return [tax], tax
    return allocate([amount * rate / divisor for amount in amounts], tax, unit), tax


def allocate(exact: Sequence[Decimal], whole: Decimal, unit: Decimal) -> list[Decimal]:
    """The exact parts in whole ``unit``, with the sum exactly ``whole`` (which is their own sum, rounded).

    Each part is cut towards zero; what is left goes by units to the largest remainders, earlier parts first among
    equal ones. Parts of the opposite sign give the opposite result.
    """
    parts = [part.quantize(unit, ROUND_DOWN) + _ZERO for part in exact]
    left = whole - sum(parts, _ZERO)
    if not left:
        return parts
    step = unit if left > 0 else -unit
    missing = [(cut - part if left > 0 else part - cut) for part, cut in zip(exact, parts, strict=True)]
    for index in sorted(range(len(parts)), key=missing.__getitem__)[: int(left / step)]:
        parts[index] += step
    return parts
