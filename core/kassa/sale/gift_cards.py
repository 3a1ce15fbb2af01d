"""Gift cards that are sold: lines that put money on a card when the sale has been paid."""

from __future__ import annotations

from decimal import Decimal

from kassa.model import Item, Line

_KEPT_AS = "gift_card"


def gift_card_line(line_id: str, item: Item, number: str) -> Line:
    """The line that sells what ``item`` costs, on the gift card of that number."""
    return Line(line_id, item, Decimal(1), extra={_KEPT_AS: number})


def gift_card_of(line: Line) -> str | None:
    """The number of the gift card that a line puts money on; None: it is no such line."""
    number = line.extra.get(_KEPT_AS)
    return None if number is None else str(number)


def takes_discount(line: Line) -> bool:
    """Whether discounts are taken off a line: not off money that is put on a gift card."""
    return gift_card_of(line) is None
