"""The operations that this plugin declares."""

from __future__ import annotations

from kassa.operations import Operation, Place
from kassa.text import texts
from kassa_payment import card, cash, currency, settling, voiding

_, n_ = texts("kassa_payment")

IN_SALE = frozenset({Place.SALE})
CARD_BUDGET_S = 600.0
"""A customer may look for a card, a code and reading glasses."""

OPERATIONS: tuple[Operation, ...] = (
    Operation(200, _("Pay cash"), cash.pay, cash.Cash, IN_SALE),
    Operation(201, _("Pay card"), card.pay, card.Card, IN_SALE, budget_s=CARD_BUDGET_S),
    Operation(currency.NUMBER, _("Pay currency"), currency.pay, currency.Currency, IN_SALE),
    Operation(206, _("Pay cash quick"), cash.pay, cash.Cash, IN_SALE),
    Operation(
        211,
        _("Void payment"),
        voiding.void,
        voiding.OfPayment,
        IN_SALE,
        override=True,
        budget_s=CARD_BUDGET_S,
    ),
    Operation(
        settling.NUMBER,
        _("Unanswered card payments"),
        settling.run,
        settling.Step,
        override=True,
        budget_s=CARD_BUDGET_S,
    ),
)
