"""201 Pay card."""

from __future__ import annotations

import msgspec

from kassa.errors import NotAllowed, NotAvailable, UnknownOutcome
from kassa.operations import OperationContext, OperationResult
from kassa.payment_terminal import CardAnswer
from kassa.sale import entered
from kassa.sale.cards import PendingCard, check_no_card_waits, pending_card, with_pending_card
from kassa.sale.entered import Entered
from kassa.sale.payments import add_exact, check_exact
from kassa.text import texts
from kassa_payment.finishing import after_payment, is_settled
from kassa_payment.settling import settle_quietly
from kassa_payment.tenders import find_tender
from kassa_payment.terminal import authorize

_, n_ = texts("kassa_payment")


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The amount by card, without a sign; None for all that is due."""

    amount: Entered = None
    tender_id: str | None = None


def pay(context: OperationContext) -> OperationResult:
    """201: a payment by card. The payment's id is in the journal before the terminal is asked; while there is no
    answer, pressing again asks about the same payment, whatever amount is typed.

    :raises kassa.errors.NotAvailable: there is nothing to pay, or no terminal.
    :raises kassa.errors.NotAllowed: more than is due, or the card was declined.
    :raises kassa.errors.UnknownOutcome: the terminal gives no answer.
    """
    transaction = context.transaction
    pending = pending_card(transaction)
    if pending is not None and (pending.reversing or pending.kind != "card"):
        check_no_card_waits(transaction)
    if pending is None:
        if is_settled(transaction):
            return after_payment(context, transaction)
        return _settle(context, _begin(context), first=True)
    return _settle(context, pending, first=False)


def _begin(context: OperationContext) -> PendingCard:
    """Keep what is about to be asked."""
    transaction, parameters = context.transaction, context.parameters
    tender = find_tender(context.record, "card", parameters.tender_id)
    wanted = None if parameters.amount is None else entered.amount(parameters.amount, transaction.currency)
    pending = PendingCard(context.new_id(), tender.tender_id, check_exact(transaction, wanted))
    context.save(with_pending_card(transaction, pending))
    return pending


def _settle(context: OperationContext, pending: PendingCard, *, first: bool) -> OperationResult:
    """Ask the terminal, and keep its answer."""
    try:
        answer = authorize(context, pending)
    except NotAvailable:
        if first:
            context.save(with_pending_card(context.transaction, None))
        raise
    if answer.outcome == "approved":
        result = _approved(context, pending, answer)
        settle_quietly(context)
        return result
    if answer.outcome == "declined":
        context.save(with_pending_card(context.transaction, None))
        settle_quietly(context)
        raise NotAllowed(
            answer.message,
            kept=_("The sale is kept. Nothing has been charged."),
            hint=_("Try another card, or another way to pay."),
        )
    raise UnknownOutcome(
        answer.message,
        kept=_("The sale is kept. The card is charged at most once."),
        hint=_("Press Card to ask the terminal again, or Void payment."),
    )


def _approved(context: OperationContext, pending: PendingCard, answer: CardAnswer) -> OperationResult:
    answered = with_pending_card(context.transaction, None)
    tender = find_tender(context.record, "card", pending.tender_id)
    return after_payment(context, add_exact(answered, tender, pending.amount, pending.payment_id, answer.reference))
