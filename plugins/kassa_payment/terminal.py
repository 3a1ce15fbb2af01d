"""Asking the card terminal, again and again under the same payment id where it gives no answer."""

from __future__ import annotations

from collections.abc import Callable

from kassa.operations import OperationContext
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.sale.cards import PendingCard

TRIES = 3
"""Setting ``card_tries``: how often the terminal is asked before the cashier is."""


def authorize(context: OperationContext, pending: PendingCard) -> CardAnswer:
    """The terminal's answer to charging the payment; ``unknown`` if it gave none, however often it was asked."""
    return _ask(context, pending, context.authorize_card)


def reverse(context: OperationContext, pending: PendingCard) -> CardAnswer:
    """The terminal's answer to taking the payment back; ``unknown`` likewise."""
    return _ask(context, pending, context.reverse_card)


def _ask(context: OperationContext, pending: PendingCard, terminal: Callable[[CardRequest], CardAnswer]) -> CardAnswer:
    request = CardRequest(pending.payment_id, pending.amount, context.transaction.currency)
    answer = terminal(request)
    for _again in range(int(context.settings.get("card_tries", TRIES)) - 1):
        if answer.outcome != "unknown":
            break
        answer = terminal(request)
    return answer
