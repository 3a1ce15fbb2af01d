"""How a sale is paid: a rule on the invoice number's last digit, so that every way to pay occurs, and is expected.

======  ==============================================================================================
digit   payment
======  ==============================================================================================
0 1 2   all by card
3       all by card, in two parts: half, then the rest
4 5     cash, exactly what is due
6 7     cash, the next whole 20 pounds: more than is due, with change
8       10 pounds in cash, the rest by card (all in cash, with change, where less than that is due)
9       half by card, the rest in cash: the next whole 5 pounds, with change
======  ==============================================================================================

A sale that comes to less than nothing is paid out: in cash where the digit is 4 to 8, else by card. One that comes to
exactly nothing is finished without a payment.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

import msgspec

from kassa.replay.invoices import Invoice

CASH, CARD = "cash", "card"
PAY_CASH, PAY_CARD = 200, 201

_PENNY = Decimal("0.01")
_ZERO = Decimal(0)
_TEN = Decimal(10)


class Paid(msgspec.Struct, frozen=True):
    """One payment that is made: ``tendered`` is handed over (below zero: given out), ``change`` comes back."""

    kind: str
    tendered: Decimal
    change: Decimal = _ZERO

    @property
    def amount(self) -> Decimal:
        """What stays in the till."""
        return self.tendered - self.change

    @property
    def operation(self) -> int:
        """The operation that takes it."""
        return PAY_CASH if self.kind == CASH else PAY_CARD


def payments(invoice: Invoice) -> tuple[Paid, ...]:
    """The payments of ``invoice``, by the rule."""
    total, digit = invoice.total, int(invoice.number[-1])
    if total == 0:
        return ()
    if total < 0:
        return (Paid(CASH if 4 <= digit <= 8 else CARD, total),)
    match digit:
        case 3:
            return _in_two(total, _half(total), CARD, total - _half(total))
        case 4 | 5:
            return (Paid(CASH, total),)
        case 6 | 7:
            return (_next_whole(total, 20),)
        case 8:
            return (_next_whole(total, 20),) if total <= _TEN else (Paid(CASH, _TEN), Paid(CARD, total - _TEN))
        case 9:
            return _in_two(total, _half(total), CASH, _next_whole(total - _half(total), 5).tendered)
        case _:
            return (Paid(CARD, total),)


def _half(total: Decimal) -> Decimal:
    return (total / 2).quantize(_PENNY, ROUND_DOWN)


def _in_two(total: Decimal, by_card: Decimal, rest: str, tendered: Decimal) -> tuple[Paid, ...]:
    """First by card, then the rest; a penny has no half, and is the rest."""
    change = tendered - (total - by_card)
    first = (Paid(CARD, by_card),) if by_card else ()
    return (*first, Paid(rest, tendered, change))


def _next_whole(due: Decimal, pounds: int) -> Paid:
    tendered = (due / pounds).quantize(Decimal(1), ROUND_CEILING) * pounds
    return Paid(CASH, tendered, tendered - due)
