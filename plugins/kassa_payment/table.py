"""The operations that this plugin declares."""

from __future__ import annotations

from kassa.operations import Entry, Offline, Operation, Place
from kassa.text import texts
from kassa_payment import accounts, card, cash, currency, settling, voiding

_, n_ = texts("kassa_payment")

HELD = _("By the last known balance, as much as the offline profile allows")
IN_SALE = frozenset({Place.SALE})
CARD_BUDGET_S = 600.0
"""A customer may look for a card, a code and reading glasses."""

OPERATIONS: tuple[Operation, ...] = (
    Operation(200, _("Pay cash"), cash.pay, cash.Cash, IN_SALE),
    Operation(201, _("Pay card"), card.pay, card.Card, IN_SALE, budget_s=CARD_BUDGET_S),
    Operation(
        202,
        _("Pay customer account"),
        accounts.pay_customer_account,
        accounts.FromAccount,
        IN_SALE,
        offline=Offline.LIMITED,
        offline_reason=HELD,
    ),
    Operation(currency.NUMBER, _("Pay currency"), currency.pay, currency.Currency, IN_SALE),
    Operation(206, _("Pay cash quick"), cash.pay, cash.Cash, IN_SALE),
    Operation(
        207,
        _("Pay loyalty points"),
        accounts.pay_loyalty,
        accounts.FromAccount,
        IN_SALE,
        offline=Offline.LIMITED,
        offline_reason=HELD,
    ),
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
        214,
        _("Pay gift card"),
        accounts.pay_gift_card,
        accounts.FromAccount,
        IN_SALE,
        offline=Offline.LIMITED,
        offline_reason=HELD,
        entries=(Entry("number", "code", _("Gift card number")),),
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
