"""What the till and a card terminal say to each other (hooks ``authorize_card`` and ``reverse_card``)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from kassa.text import Text


class CardRequest(msgspec.Struct, frozen=True):
    """An amount to authorise, or to take back. ``payment_id`` (UUIDv7) names the payment, so that asking again is
    the same payment and never a second charge. A negative amount is a refund."""

    payment_id: str
    amount: Decimal
    currency: str


class CardAnswer(msgspec.Struct, frozen=True):
    """What the terminal said. ``unknown``: no answer; ask again with the same payment id before anything else.

    To taking a payment back ``approved`` means that nothing is charged now, also where nothing ever was.
    """

    outcome: Literal["approved", "declined", "unknown"]
    message: Text
    reference: dict[str, str] = {}
    """What to print and keep: masked number, authorisation code, and ``simulated`` when it was not a real card."""
