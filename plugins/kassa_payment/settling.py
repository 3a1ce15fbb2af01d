"""Settling card payments without an outcome: at each contact with the terminal, and by 217."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from kassa.card_settlement import CARD_SETTLED, CardOutcome, CardSettled
from kassa.errors import InvalidInput, KassaError, NotAllowed
from kassa.operations import OperationContext, OperationResult
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.register.face import Event, RegisterFace
from kassa.text import Money, Text, texts
from kassa.windows import Action, Row, StatusItem, Window
from kassa_payment.unresolved import OpenCard, open_cards

_, n_ = texts("kassa_payment")

NUMBER = 217
WINDOW = "unanswered_cards"
APPROVE = "approve"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``ask``: the terminal about all of them; ``paid_back``: the customer has got ``payment_id`` back in another way.
    Without an action the window is opened."""

    action: Literal["ask", "paid_back"] | None = None
    payment_id: str | None = None


def run(context: OperationContext) -> OperationResult:
    """217: card payments without an answer; ``data`` is how many are left.

    :raises kassa.errors.UnknownOutcome: the terminal still gives no answer.
    :raises kassa.errors.NotAllowed: only a manager says that a customer was paid back.
    """
    step = context.parameters
    said: Text | None = None
    if step.action == "ask":
        said = next(iter(settle(context)), _("The terminal gives no new answer."))
    elif step.action == "paid_back":
        said = _paid_back(context, step.payment_id)
    cards = open_cards(context.register).cards
    return OperationResult(message=said, window=window(context.register), data=len(cards))


def settle(context: OperationContext) -> list[Text]:
    """Have the terminal take back what nobody knew of. Told about the first; stops where it gives no answer.

    Not while training, where no terminal is asked and every answer is good.
    """
    return [] if context.register.training else list(_settle(context))


def _settle(context: OperationContext) -> Iterator[Text]:
    known = open_cards(context.register)
    for card in known.cards:
        if card.charged:
            continue
        try:
            answer = context.reverse_card(CardRequest(card.payment_id, card.amount, card.currency))
        except KassaError:
            return
        if answer.outcome == "unknown":
            return
        outcome: CardOutcome = "taken_back" if answer.outcome == "approved" else "charged"
        context.journal(CARD_SETTLED, _settled(card, outcome, answer))
        known.change(card, charged=outcome == "charged")
        amount = Money(card.amount, card.currency)
        if outcome == "charged":
            yield _("{amount} by card was charged and cannot be taken back: pay it back.", amount=amount)
        else:
            yield _("{amount} by card, which had no answer: nothing is charged.", amount=amount)


def settle_quietly(context: OperationContext) -> None:
    """The same beside a payment: what came of it is told, and opened where somebody has to act."""
    for said in settle(context):
        context.register.publish(Event("notice", said))
    if any(card.charged for card in open_cards(context.register).cards):
        context.register.publish(Event("window", detail=window(context.register)))


def _paid_back(context: OperationContext, payment_id: str | None) -> Text:
    known = open_cards(context.register)
    card = next((card for card in known.cards if card.payment_id == payment_id and card.charged), None)
    if card is None:
        raise InvalidInput(_("That card payment is not to be paid back."), hint=_("Look at the list again."))
    if context.approved_by is None and APPROVE not in context.staff.permissions:
        raise NotAllowed(_("A manager says that the customer was paid back."), hint=_("Ask a manager."), override=True)
    context.journal(CARD_SETTLED, _settled(card, "paid_back"))
    known.change(card, charged=False)
    return _("{amount} is noted as paid back.", amount=Money(card.amount, card.currency))


def _settled(card: OpenCard, outcome: CardOutcome, answer: CardAnswer | None = None) -> CardSettled:
    said = "" if answer is None else answer.message.words("en")
    return CardSettled(
        card.payment_id, card.tender_id, card.transaction_id, card.amount, card.currency, outcome, said
    )  # fmt: skip


def window(register: RegisterFace) -> Window:
    """The window: each payment, and what can be done about it."""
    cards = open_cards(register).cards
    rows = tuple(Row(_("{amount} by card", amount=Money(card.amount, card.currency)), _state(card)) for card in cards)
    back = tuple(
        Action(
            _("{amount} paid back", amount=Money(card.amount, card.currency)),
            NUMBER,
            {"action": "paid_back", "payment_id": card.payment_id},
        )
        for card in cards
        if card.charged
    )
    ask = tuple(
        Action(_("Ask the terminal"), NUMBER, {"action": "ask"}, primary=True)
        for _card in [card for card in cards if not card.charged][:1]
    )
    subtitle = _("Each card is charged at most once.") if cards else _("None. Every card payment has its answer.")
    return Window(WINDOW, _("Card payments without an answer"), subtitle, rows, (*back, *ask, Action(_("Close"))))


def _state(card: OpenCard) -> Text:
    return _("Charged: pay it back") if card.charged else _("Not known whether it was charged")


def status(register: RegisterFace) -> list[StatusItem]:
    """What the header says of them."""
    count = len(open_cards(register).cards)
    if not count:
        return []
    text = n_("{count} card payment without an answer", "{count} card payments without an answer", count=count)
    return [StatusItem("text", text, "warning", "warning", NUMBER)]
