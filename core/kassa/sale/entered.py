"""What a cashier has entered, as an operation's parameter: text from keypad or scanner, or a number from a button.

Such a parameter is declared as :data:`Entered` and read here, so that every refusal is worded for the cashier.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

from kassa.errors import InvalidInput
from kassa.model import Discount
from kassa.money import LARGEST_AMOUNT, PRICE_SCALE, check_amount, check_quantity, read_number
from kassa.text import literal, texts

_, n_ = texts("kassa")

Entered: TypeAlias = Any
"""Text, int or Decimal; None for nothing. A float is refused: it is no exact number."""

LONGEST_COMMENT = 500

_HUNDRED = Decimal(100)


def number(entered: Entered) -> Decimal:
    """The number that was entered.

    :raises kassa.errors.InvalidInput: it is none, such as ``1,5e3``.
    """
    if isinstance(entered, str):
        return read_number(entered)
    if isinstance(entered, Decimal) and entered.is_finite():
        return entered
    if isinstance(entered, int) and not isinstance(entered, bool):
        return Decimal(entered)
    raise InvalidInput(
        _("“{entered}” is not a number.", entered=literal(str(entered)[:40])),
        hint=_("Type digits, such as 12 or 12,50."),
    )


def quantity(entered: Entered) -> Decimal:
    """A quantity that can be sold (:func:`kassa.money.check_quantity`)."""
    return check_quantity(number(entered))


def amount(entered: Entered, currency: str) -> Decimal:
    """An amount of 0 or more in ``currency`` (:func:`kassa.money.check_amount`)."""
    return check_amount(number(entered), currency)


def price(entered: Entered) -> Decimal:
    """A price per unit: 0 or more, at most four decimals.

    :raises kassa.errors.InvalidInput: otherwise.
    """
    value = number(entered)
    if value < 0:
        raise InvalidInput(_("A price cannot be below zero."), hint=_("Use Return product to take an item back."))
    if value > LARGEST_AMOUNT:
        raise InvalidInput(_("The price is too large."), hint=_("Was a barcode scanned as a price? Type it again."))
    if value != round(value, PRICE_SCALE):
        raise InvalidInput(_("A price has at most four decimals."), hint=_("Type it again."))
    return value


def discount(kind: str, entered: Entered, currency: str, reason: str | None = None) -> Discount | None:
    """A discount by ``amount`` or ``percent``; None for 0, which takes it away.

    :raises kassa.errors.InvalidInput: below zero, or above 100 %.
    """
    if kind == "amount":
        value = amount(entered, currency)
        return Discount("amount", value, reason) if value else None
    value = number(entered)
    if not 0 <= value <= _HUNDRED:
        raise InvalidInput(_("A discount is between 0 and 100 %."), hint=_("Type the per cent again."))
    return Discount("percent", value, reason) if value else None


def comment(entered: str | None) -> str | None:
    """A comment; None where nothing is left of it.

    :raises kassa.errors.InvalidInput: it is too long.
    """
    words = (entered or "").strip()
    if len(words) > LONGEST_COMMENT:
        raise InvalidInput(
            _("The comment is too long."), hint=_("Type at most {count} characters.", count=LONGEST_COMMENT)
        )
    return words or None
