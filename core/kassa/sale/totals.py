"""What a transaction amounts to: per line, per tax rate, in all. Computed from the transaction, kept nowhere."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class LineAmounts(msgspec.Struct, frozen=True):
    """One line's amounts, in the currency's minor units. A return's are negative; a voided line's are zero.

    ``gross`` = unit price × quantity, rounded. ``discount`` is the line's own and its share of the total discount,
    zero or with the sign of ``gross``. ``net`` = gross - discount: what the customer pays for it where prices include
    tax, what tax is added to where they do not.
    """

    line_id: str
    gross: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal


class TaxAmount(msgspec.Struct, frozen=True):
    """Tax of one code and rate. ``base`` is without tax; ``base + tax`` is what is paid for those lines."""

    tax_code: str
    rate: Decimal
    base: Decimal
    tax: Decimal


class Totals(msgspec.Struct, frozen=True):
    """A transaction's totals.

    ``total`` = what is to be paid, tax included. ``rounding`` = what cash rounding has added (or taken, negative).
    ``due`` = total + rounding - paid; below zero never, as change is given at once. ``change`` = of all payments.
    ``quantity`` = the number of articles: sold lines' quantities, a weighed line counting as one.
    """

    lines: tuple[LineAmounts, ...]
    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    taxes: tuple[TaxAmount, ...]
    total: Decimal
    rounding: Decimal
    paid: Decimal
    due: Decimal
    change: Decimal
    quantity: Decimal
