"""Loyalty points: which card a sale has, what it earns, what a point is worth."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from kassa.model import Transaction
from kassa.money import ZERO
from kassa.sale.totals import compute

CARD = "loyalty_card"
"""In a transaction's ``extra``: the number of the loyalty card (117)."""


def loyalty_card(transaction: Transaction) -> str | None:
    """The number of the sale's loyalty card."""
    number = transaction.extra.get(CARD)
    return None if number is None else str(number)


def point_value(settings: Mapping[str, Any]) -> Decimal:
    """What one point is worth."""
    return Decimal(str(settings.get("loyalty_point_value", "0.10")))


def points_earned(transaction: Transaction, settings: Mapping[str, Any]) -> Decimal:
    """The points that a sale earns: whole ones, for what is not paid in points; a return takes them back."""
    by_points = sum((payment.amount for payment in transaction.valid_payments if payment.kind == "loyalty"), ZERO)
    earning = compute(transaction).total - by_points
    return (earning * Decimal(str(settings.get("loyalty_points_earned", 1)))).to_integral_value(ROUND_DOWN)
