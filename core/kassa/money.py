"""Amounts: Decimal always, rounded half up to the currency's minor units, and what people type read strictly.

Scales of the stored integers: unit prices 4 decimals, quantities 3, rates (tax, discount per cent) 4,
exchange rates 8.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

from kassa.errors import InvalidInput
from kassa.text import literal, texts

_, n_ = texts("kassa")

PRICE_SCALE = 4
QUANTITY_SCALE = 3
RATE_SCALE = 4
EXCHANGE_RATE_SCALE = 8
LARGEST_QUANTITY = Decimal(99_999)
LARGEST_AMOUNT = Decimal(99_999_999)
ZERO = Decimal(0)

_TOO_LONG = re.compile(r"^-?\d{10,}(?:[.,]\d{1,4})?$", re.ASCII)
_ENTERED = re.compile(r"^-?\d{1,9}(?:[.,]\d{1,4})?$", re.ASCII)


@lru_cache(maxsize=32)
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of ``currency``: ``Decimal("0.01")`` for SEK (ISO 4217, by CLDR)."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """``amount`` rounded half up (away from zero) to the minor units of ``currency``."""
    return amount.quantize(minor_unit(currency), ROUND_HALF_UP)


def round_to(amount: Decimal, unit: Decimal) -> Decimal:
    """``amount`` rounded half up to a whole number of ``unit``: Swedish cash rounding has ``unit`` 1 krona."""
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def to_minor(amount: Decimal, currency: str) -> int:
    """``amount`` as a whole number of minor units.

    :raises ValueError: if it is not a whole number of them.
    """
    minor = amount / minor_unit(currency)
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} {currency} is not a whole number of minor units")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that ``minor`` minor units of ``currency`` make."""
    return Decimal(minor) * minor_unit(currency)


def share(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """``amount`` divided in proportion to ``weights``, in whole minor units, with the sum exactly ``amount``.

    Largest remainder method, earlier weights first among equal remainders. With all weights zero everything goes to
    the first.
    """
    if not weights:
        return []
    unit = minor_unit(currency)
    whole = sum(weights, ZERO)
    if whole == 0:
        return [amount, *([ZERO * unit] * (len(weights) - 1))]
    exact = [amount * weight / whole / unit for weight in weights]
    floors = [part.quantize(Decimal(1), ROUND_FLOOR) for part in exact]
    left = int(amount / unit - sum(floors, ZERO))
    order = sorted(range(len(weights)), key=lambda index: (floors[index] - exact[index], index))
    for index in order[:left]:
        floors[index] += 1
    return [part * unit for part in floors]


def read_number(entered: str) -> Decimal:
    """A number as a cashier types it: digits, one comma or point, at most four decimals, perhaps a minus.

    :raises InvalidInput: for anything else: exponents, spaces inside, other letters, an empty entry.
    """
    text = entered.strip()
    if _TOO_LONG.match(text):
        raise InvalidInput(
            _("“{entered}” is too large.", entered=literal(text[:40])),
            hint=_("Was a barcode scanned here? Type the number."),
        )
    if not _ENTERED.match(text):
        raise InvalidInput(
            _("“{entered}” is not a number.", entered=literal(text[:40])), hint=_("Type digits, such as 12 or 12,50.")
        )
    return Decimal(text.replace(",", "."))


def read_quantity(entered: str) -> Decimal:
    """A quantity above 0 and at most 99 999, with at most three decimals.

    :raises InvalidInput: otherwise.
    """
    quantity = read_number(entered)
    return check_quantity(quantity)


def check_quantity(quantity: Decimal) -> Decimal:
    """``quantity`` itself if it can be sold.

    :raises InvalidInput: if it is 0 or below, above 99 999, or has more than three decimals.
    """
    if not quantity.is_finite() or quantity <= 0:
        raise InvalidInput(
            _("The quantity must be above 0."), hint=_("Use Void product to remove a line, Return to take one back.")
        )
    if quantity > LARGEST_QUANTITY:
        raise InvalidInput(
            _("The quantity is too large."), hint=_("Was a barcode scanned as a quantity? Type at most 99999.")
        )
    if quantity != quantity.quantize(Decimal(1).scaleb(-QUANTITY_SCALE)):
        raise InvalidInput(_("A quantity has at most three decimals."), hint=_("Type for example 0,482."))
    return quantity


def read_count(entered: str) -> int:
    """A whole number from 0 to 99 999, such as of notes in a drawer.

    :raises InvalidInput: otherwise.
    """
    count = read_number(entered)
    if count < 0 or count != count.to_integral_value():
        raise InvalidInput(_("A count is a whole number."), hint=_("Type digits, such as 12; 0 for none."))
    if count > LARGEST_QUANTITY:
        raise InvalidInput(_("That count is too large."), hint=_("Was an amount typed? Type how many there are."))
    return int(count)


def read_amount(entered: str, currency: str) -> Decimal:
    """An amount of 0 or more in whole minor units of ``currency``.

    :raises InvalidInput: otherwise.
    """
    return check_amount(read_number(entered), currency)


def check_amount(amount: Decimal, currency: str) -> Decimal:
    """``amount`` itself if it is 0 or more, in whole minor units and not absurd.

    :raises InvalidInput: otherwise.
    """
    if not amount.is_finite() or amount < 0:
        raise InvalidInput(_("The amount cannot be below zero."), hint=_("Type the amount again."))
    if amount > LARGEST_AMOUNT:
        raise InvalidInput(_("The amount is too large."), hint=_("Was a barcode scanned as an amount? Type it again."))
    if amount != round_money(amount, currency):
        raise InvalidInput(_("The amount has too many decimals."), hint=_("Type it again."))
    return amount
