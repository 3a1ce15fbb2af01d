"""211 Void payment: in cash it is given back, by card the terminal takes it back first."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from kassa.errors import NotAllowed
from kassa.model import Payment, Transaction
from kassa.operations import OperationContext, OperationResult
from kassa.payment_terminal import CardAnswer
from kassa.requests.accounts import ACCOUNT_KINDS
from kassa.sale.cards import PendingCard, give_up_waiting, pending_card, with_pending_card
from kassa.sale.foreign import foreign_of, void_change
from kassa.sale.payments import find_payment, void_payment
from kassa.text import Money, Text, texts
from kassa_payment import accounts
from kassa_payment.crediting import revoke_credits
from kassa_payment.settling import settle_quietly
from kassa_payment.terminal import reverse
from kassa_payment.unresolved import open_cards

_, n_ = texts("kassa_payment")


class OfPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payment; None for one that waits for the terminal's answer, else the last."""

    payment_id: str | None = None


def void(context: OperationContext) -> OperationResult:
    """211: void a payment, or a card payment that the terminal has not answered.

    :raises kassa.errors.NotFound: there is no such payment.
    :raises kassa.errors.NotAllowed: the terminal refuses; or gives no answer, when a manager may go on without.
    """
    revoke_credits(context)
    transaction = context.transaction
    pending = pending_card(transaction)
    if pending is not None and pending.kind in ACCOUNT_KINDS:
        return accounts.give_up(context, pending)
    if pending is None:
        payment = find_payment(transaction, context.parameters.payment_id)
        if payment.kind in ACCOUNT_KINDS:
            return accounts.take_back(context, payment)
        if payment.kind != "card":
            context.save(void_change(void_payment(transaction, payment), payment))
            return OperationResult(message=_given_back(payment, transaction))
        pending = PendingCard(payment.payment_id, payment.tender_id, payment.amount)
    pending = replace(pending, reversing=True)
    context.save(with_pending_card(transaction, pending))
    return _answered(context, reverse(context, pending))


def _answered(context: OperationContext, answer: CardAnswer) -> OperationResult:
    """Keep the terminal's answer. Without one the payment goes on waiting, unless a manager has decided."""
    transaction = context.transaction
    if answer.outcome == "approved":
        context.save(_voided(transaction))
        settle_quietly(context)
        return OperationResult(message=answer.message)
    if answer.outcome == "declined":
        context.save(_standing(transaction))
        raise NotAllowed(
            answer.message,
            kept=_("The sale is kept. The card payment stands."),
            hint=_("Finish the sale, and take the goods back as a return."),
        )
    if context.approved_by is None:
        raise NotAllowed(
            answer.message,
            kept=_("The sale is kept. The payment waits for the terminal's answer."),
            hint=_("Press Void payment again. A manager may go on without the answer."),
            override=True,
        )
    context.save(give_up_waiting(_voided(transaction, waiting=True)))
    open_cards(context.register).note(context.transaction)
    return OperationResult(
        message=_("The card payment is noted as unanswered. The terminal is asked again by itself at its next payment.")
    )


def _voided(transaction: Transaction, *, waiting: bool = False) -> Transaction:
    """Without the payment that was taken back, if it had become one."""
    pending = pending_card(transaction)
    assert pending is not None, "asked about just now"
    for payment in transaction.valid_payments:
        if payment.payment_id == pending.payment_id:
            transaction = void_payment(transaction, payment)
    return transaction if waiting else with_pending_card(transaction, None)


def _standing(transaction: Transaction) -> Transaction:
    """With the payment that cannot be taken back: made already, or still to be asked about."""
    pending = pending_card(transaction)
    assert pending is not None, "asked about just now"
    made = any(payment.payment_id == pending.payment_id for payment in transaction.valid_payments)
    return with_pending_card(transaction, None if made else replace(pending, reversing=False))


def _given_back(payment: Payment, transaction: Transaction) -> Text:
    foreign = foreign_of(payment)
    if foreign is not None:
        return _("Give {amount} back", amount=Money(foreign.amount, foreign.currency))
    if payment.amount < 0:
        return _("Take {amount} back", amount=Money(-payment.amount, transaction.currency))
    return _("Give {amount} back", amount=Money(payment.amount, transaction.currency))
