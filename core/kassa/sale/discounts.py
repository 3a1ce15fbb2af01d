"""Discounts given by hand, on a line or on the whole transaction, and what they come to in per cent.

A discount never takes off more than its goods are worth: a larger one is refused when it is given, and where lines
are changed afterwards it shrinks with them. It comes after the line's discount lines (periodic discounts), on what they
leave. What it comes to in per cent is measured on the goods without those: a discount that was within somebody's limit
is not over it because a promotion came.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from kassa.errors import InvalidInput, NotAvailable
from kassa.model import Discount, Line, Transaction
from kassa.money import minor_unit
from kassa.sale.allocation import discount_of, discounted, own_discount, round_half_up
from kassa.sale.discount_lines import after_discount_lines
from kassa.sale.gift_cards import takes_discount
from kassa.sale.lines import replace_line
from kassa.text import Money, texts

_, n_ = texts("kassa")

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)


class Given(msgspec.Struct, frozen=True):
    """A discount as it works now. ``line_id`` is None for the total discount; ``percent`` is of the goods' worth."""

    line_id: str | None
    discount: Discount
    percent: Decimal


def discount_line(transaction: Transaction, line: Line, discount: Discount | None) -> Transaction:
    """With that discount on ``line`` in place of its former one; None takes it away.

    :raises kassa.errors.InvalidInput: it is more than the line is worth.
    :raises kassa.errors.NotAvailable: the line is money on a gift card.
    """
    if discount is not None:
        if not takes_discount(line):
            raise NotAvailable(
                _("Money on a gift card takes no discount."), hint=_("Choose another line, or go on without.")
            )
        _check_worth(discount, abs(_worth(line, transaction)), transaction.currency)
    return replace_line(transaction, replace(line, discount=discount))


def discount_total(transaction: Transaction, discount: Discount | None) -> Transaction:
    """With that total discount in place of the former one; None takes it away. It is taken off the sold lines, or off
    the returned ones where nothing is sold.

    :raises kassa.errors.InvalidInput: it is more than those lines are worth.
    :raises kassa.errors.NotAvailable: there are no lines yet.
    """
    if discount is not None:
        if not any(map(takes_discount, transaction.sold_lines)):
            raise NotAvailable(_("There is nothing to give a discount on yet."), hint=_("Scan an item first."))
        _check_worth(discount, _discounted_worth(transaction, _worth), transaction.currency)
    return replace(transaction, discount=discount)


def given(transaction: Transaction) -> list[Given]:
    """The discounts in force, each with the per cent that it comes to now."""
    unit = minor_unit(transaction.currency)
    discounts = []
    for line in transaction.sold_lines:
        if line.discount is not None:
            worth = abs(_gross(line, transaction))
            discounts.append(Given(line.line_id, line.discount, _percent(line.discount, worth, unit)))
    if transaction.discount is not None:
        worth = _discounted_worth(transaction, _gross)
        discounts.append(Given(None, transaction.discount, _percent(transaction.discount, worth, unit)))
    return discounts


def approve(transaction: Transaction, discount: Given, approved_by: str) -> Transaction:
    """With the name of the manager who approved that discount."""
    approved = replace(discount.discount, approved_by=approved_by)
    if discount.line_id is None:
        return replace(transaction, discount=approved)
    line = next(line for line in transaction.lines if line.line_id == discount.line_id)
    return replace_line(transaction, replace(line, discount=approved))


def _percent(discount: Discount, worth: Decimal, unit: Decimal) -> Decimal:
    """What it comes to; an entered per cent is taken as entered, since rounding to whole öre is nobody's discount."""
    if discount.kind == "percent":
        return discount.value
    return discount_of(discount, worth, unit) * _HUNDRED / worth if worth else _ZERO


def _gross(line: Line, transaction: Transaction) -> Decimal:
    return round_half_up(line.unit_price * line.quantity, minor_unit(transaction.currency))


def _worth(line: Line, transaction: Transaction) -> Decimal:
    """What a discount by hand is taken off: the line's gross less its discount lines."""
    return after_discount_lines(line, _gross(line, transaction))


def _discounted_worth(transaction: Transaction, worth_of: Callable[[Line, Transaction], Decimal]) -> Decimal:
    unit = minor_unit(transaction.currency)
    amounts = []
    for line in filter(takes_discount, transaction.sold_lines):
        worth = worth_of(line, transaction)
        amounts.append(worth - own_discount(line.discount, worth, unit))
    sign, members = discounted(amounts)
    return sum((sign * amounts[index] for index in members), _ZERO * unit)


def _check_worth(discount: Discount, worth: Decimal, currency: str) -> None:
    if discount.kind == "amount" and discount.value > worth:
        raise InvalidInput(
            _("The discount is more than the goods are worth."),
            hint=_("Type at most {worth}.", worth=Money(worth, currency)),
        )
