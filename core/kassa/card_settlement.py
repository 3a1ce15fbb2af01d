"""What became of a card payment of which nobody knew, when its sale went on, whether the card had been charged.

A sale carries such payments to the journal (:func:`kassa.sale.cards.unresolved_cards`). They are settled at the next
contact with the terminal: an entry of kind :data:`CARD_SETTLED` says what the terminal said of each.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

CARD_SETTLED = "card_settled"
"""The journal entries' kind; the payload is a :class:`CardSettled`."""

CardOutcome = Literal["taken_back", "charged", "paid_back"]
"""``taken_back``: nothing is charged now. ``charged``: it was charged and cannot be taken back, so the customer has
paid too much. ``paid_back``: the customer has got it back in another way."""


class CardSettled(msgspec.Struct, frozen=True):
    """A card payment whose outcome is known now. ``amount`` is signed, ``said`` the terminal's words in English."""

    payment_id: str
    tender_id: str
    transaction_id: str
    amount: Decimal
    currency: str
    outcome: CardOutcome
    said: str = ""
