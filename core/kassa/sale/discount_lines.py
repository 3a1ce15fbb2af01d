"""Discount lines: what discounts that nobody gave by hand take off a line, before any that somebody did.

They are found by plugins (hook ``offer_discounts``) each time the lines have changed, and kept with the line, so that
screen, receipt and journal have what was taken off and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from kassa.discounting import OfferedDiscount
from kassa.model import DiscountLine, Line, Transaction
from kassa.money import minor_unit
from kassa.sale.allocation import round_half_up
from kassa.sale.gift_cards import takes_discount

_ZERO = Decimal(0)


def after_discount_lines(line: Line, gross: Decimal) -> Decimal:
    """What is left of a line's gross after its discount lines: never on the other side of zero."""
    if not line.discount_lines:
        return gross
    taken = min(sum((each.amount for each in line.discount_lines), _ZERO), abs(gross))
    return gross + taken if gross < 0 else gross - taken


def with_discount_lines(transaction: Transaction, offered: Iterable[tuple[str, OfferedDiscount]]) -> Transaction:
    """With these discounts, each with its plugin's name, in place of the former ones. A line that is not there, void, a
    return or money on a gift card gets none; of what would take a line below zero only what the line is worth is taken,
    first come first.

    A return that carries the discount lines of the sale that it takes back keeps them.
    """
    by_line: dict[str, list[tuple[str, OfferedDiscount]]] = {}
    for plugin, each in offered:
        by_line.setdefault(each.line_id, []).append((plugin, each))
    lines = tuple(_discounted(line, by_line.get(line.line_id, []), transaction.currency) for line in transaction.lines)
    if all(new is old for new, old in zip(lines, transaction.lines, strict=True)):
        return transaction
    return replace(transaction, lines=lines)


def _discounted(line: Line, offered: list[tuple[str, OfferedDiscount]], currency: str) -> Line:
    if line.voided or line.quantity <= 0 or not takes_discount(line) or not (offered or line.discount_lines):
        return line
    unit = minor_unit(currency)
    left = round_half_up(line.unit_price * line.quantity, unit)
    kept = []
    for plugin, each in offered:
        amount = min(round_half_up(each.amount, unit), left)
        if amount > 0:
            kept.append(DiscountLine(each.discount_id, each.name, amount, plugin))
            left -= amount
    discount_lines = tuple(kept)
    return line if discount_lines == line.discount_lines else replace(line, discount_lines=discount_lines)
