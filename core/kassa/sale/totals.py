"""What a transaction amounts to: per line, per tax rate, in all. Computed from the transaction, kept nowhere.

The order of the steps, each rounded half up (away from zero) to the currency's minor units:

1. a line's gross is unit price × quantity, less its discount lines (periodic discounts, which come rounded), less the
   line's own discount, given by hand on what is left;
2. the total discount is taken off the *sold* lines together (off the returned ones where nothing is sold), and divided
   among them by largest remainder; money on a gift card takes no part in it;
3. tax is computed on each rate's total, as that is what is declared, and divided among the rate's lines by largest
   remainder, so that the lines' taxes always add up to it.

A return is the exact mirror of a sale: every step rounds the size of the amount. The order of the lines changes no
total: where two lines have the same claim on the last minor unit, the tax code decides between different rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from kassa.model import Line, Transaction
from kassa.money import minor_unit
from kassa.sale.allocation import Rate, divide_discount, divide_tax, own_discount, round_half_up
from kassa.sale.discount_lines import after_discount_lines
from kassa.sale.gift_cards import takes_discount

_MEASURED = frozenset({"kg", "hg", "g", "lb", "oz", "l", "dl", "cl", "ml", "m", "cm", "mm"})
"""Units that are weighed or measured: such a line is one article, whatever its quantity."""

_ZERO = Decimal(0)


class LineAmounts(msgspec.Struct, frozen=True):
    """One line's amounts, in the currency's minor units. A return's are negative; a voided line's are zero.

    ``gross`` = unit price × quantity, rounded. ``discount`` is its discount lines, the line's own and its share of the
    total discount, zero or with the sign of ``gross``. ``net`` = gross - discount: what the customer pays for it where
    prices include tax, what tax is added to where they do not.
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

    ``subtotal`` = the lines' gross; ``discount`` = all discounts; ``total`` = what is to be paid, tax included:
    ``subtotal - discount``, plus ``tax`` where prices do not include it. ``rounding`` = what cash rounding has added
    (or taken, negative). ``paid`` = what has been handed over less the change given. ``due`` = total + rounding - paid:
    still to be paid, or below zero, to be paid out. ``change`` = of all payments. ``quantity`` = the number of
    articles: sold lines' quantities, a weighed line counting as one, returns below zero.
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


class _Goods(msgspec.Struct, frozen=True):
    """What the lines come to, before anything is paid."""

    lines: tuple[LineAmounts, ...]
    subtotal: Decimal
    net: Decimal
    tax: Decimal
    taxes: tuple[TaxAmount, ...]
    quantity: Decimal


def compute(transaction: Transaction) -> Totals:
    """The totals of ``transaction`` as it is now."""
    zero = _ZERO * minor_unit(transaction.currency)
    goods = _goods(transaction)
    total = goods.net if transaction.tax_included else goods.net + goods.tax
    payments = transaction.valid_payments
    rounding = sum((payment.rounding for payment in payments), zero)
    paid = sum((payment.amount for payment in payments), zero)
    return Totals(
        lines=goods.lines,
        subtotal=goods.subtotal,
        discount=goods.subtotal - goods.net,
        tax=goods.tax,
        taxes=goods.taxes,
        total=total,
        rounding=rounding,
        paid=paid,
        due=total + rounding - paid,
        change=sum((payment.change for payment in payments), zero),
        quantity=goods.quantity,
    )


_last: tuple[Transaction, _Goods] | None = None
"""The goods are asked for again and again while a sale is paid, and do not change meanwhile. One assignment keeps both
parts together, whatever thread it happens on."""


def _goods(transaction: Transaction) -> _Goods:
    global _last
    kept = _last
    if kept is not None and _same_goods(kept[0], transaction):
        return kept[1]
    goods = _compute_goods(transaction)
    _last = (transaction, goods)
    return goods


def _same_goods(one: Transaction, other: Transaction) -> bool:
    """Lines and discount are the very same records, not only equal ones: that costs nothing to find out."""
    return (
        one.lines is other.lines
        and one.discount is other.discount
        and one.currency == other.currency
        and one.tax_included == other.tax_included
    )


def _compute_goods(transaction: Transaction) -> _Goods:
    unit = minor_unit(transaction.currency)
    zero = _ZERO * unit
    lines = transaction.sold_lines
    gross = [round_half_up(line.unit_price * line.quantity, unit) for line in lines]
    worths = [after_discount_lines(line, worth) for line, worth in zip(lines, gross, strict=True)]
    net = [worth - own_discount(line.discount, worth, unit) for line, worth in zip(lines, worths, strict=True)]
    rates = [Rate(line.item.tax_code, line.item.tax_rate) for line in lines]
    if transaction.discount is not None:
        amounts = [amount if takes_discount(line) else zero for line, amount in zip(lines, net, strict=True)]
        shares = divide_discount(transaction.discount, amounts, rates, unit)
        net = [amount - off for amount, off in zip(net, shares, strict=True)]
    line_tax, taxes = _tax(net, rates, transaction.tax_included, unit)
    return _Goods(
        lines=_lines(transaction, gross, net, line_tax, zero),
        subtotal=sum(gross, zero),
        net=sum(net, zero),
        tax=sum((amount.tax for amount in taxes), zero),
        taxes=taxes,
        quantity=sum((_articles(line) for line in lines), _ZERO),
    )


def _tax(
    net: Sequence[Decimal], rates: Sequence[Rate], included: bool, unit: Decimal
) -> tuple[list[Decimal], tuple[TaxAmount, ...]]:
    """Each line's tax, and each rate's in the order of their codes."""
    line_tax = [_ZERO] * len(net)
    members: dict[Rate, list[int]] = {}
    for index, rate in enumerate(rates):
        members.setdefault(rate, []).append(index)
    taxes = []
    for rate in sorted(members):
        of_rate = members[rate]
        amounts = [net[index] for index in of_rate]
        parts, tax = divide_tax(amounts, rate.rate, included, unit)
        for index, part in zip(of_rate, parts, strict=True):
            line_tax[index] = part
        base = sum(amounts, _ZERO * unit)
        taxes.append(TaxAmount(rate.tax_code, rate.rate, base - tax if included else base, tax))
    return line_tax, tuple(taxes)


def _lines(
    transaction: Transaction, gross: list[Decimal], net: list[Decimal], tax: list[Decimal], zero: Decimal
) -> tuple[LineAmounts, ...]:
    amounts = []
    index = 0
    for line in transaction.lines:
        if line.voided:
            amounts.append(LineAmounts(line.line_id, zero, zero, zero, zero))
            continue
        worth, left = gross[index], net[index]
        amounts.append(LineAmounts(line.line_id, worth, worth - left, left, tax[index]))
        index += 1
    return tuple(amounts)


def _articles(line: Line) -> Decimal:
    quantity = line.quantity
    if line.item.unit.lower() in _MEASURED or quantity != quantity.to_integral_value():
        return Decimal(1) if quantity > 0 else Decimal(-1)
    return quantity
