"""A simulated card terminal: says what a real one would say, charges nobody, and says that it is a simulator."""

from __future__ import annotations

from kassa.hookspecs import PluginInfo, hook
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.register.face import RegisterFace
from kassa_card_simulator.simulator import authorize, reverse

PLUGIN = PluginInfo(name="card_simulator", version="0.1.0", api_level=1, title="Simulated card terminal")


@hook
def authorize_card(request: CardRequest, register: RegisterFace) -> CardAnswer | None:
    """Approve, decline or stay silent, by the amount."""
    return authorize(request, register)


@hook
def reverse_card(request: CardRequest, register: RegisterFace) -> CardAnswer | None:
    """Take a payment back."""
    return reverse(request, register)
