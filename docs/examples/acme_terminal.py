"""A partner's plugin: a card terminal that approves what it can charge, and keeps to a payment's id."""

from __future__ import annotations

from decimal import Decimal

from kassa.hookspecs import PluginInfo, hook
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.text import texts

_, n_ = texts("acme_terminal")

PLUGIN = PluginInfo(name="acme_terminal", version="1.0", api_level=1, title="Acme card terminal")
LIMIT = Decimal(5000)
charged: dict[str, Decimal] = {}


@hook
def authorize_card(request: CardRequest) -> CardAnswer | None:
    if request.currency != "SEK":
        return None  # another plugin's terminal may take it
    if request.amount > LIMIT:
        return CardAnswer("declined", _("Over the card's limit"))
    charged.setdefault(request.payment_id, request.amount)  # asked again: the same payment, charged once
    return CardAnswer("approved", _("Approved"), {"authorisation": request.payment_id[-6:]})


@hook
def reverse_card(request: CardRequest) -> CardAnswer | None:
    charged.pop(request.payment_id, None)
    return CardAnswer("approved", _("Taken back"))
