"""After a payment: what is still to pay, or the end of the sale with the change."""

from __future__ import annotations

from decimal import Decimal

from kassa.model import Transaction
from kassa.operations import OperationContext, OperationResult
from kassa.sale.foreign import change_given
from kassa.sale.totals import compute
from kassa.text import Money, Text, texts
from kassa_payment.crediting import with_credits

_, n_ = texts("kassa_payment")

_ZERO = Decimal(0)


def is_settled(transaction: Transaction) -> bool:
    """Whether the goods are paid: after a stop between payment and end, or because they cost nothing."""
    return bool(transaction.sold_lines) and not compute(transaction).due


def after_payment(context: OperationContext, paid: Transaction) -> OperationResult:
    """Keep ``paid``; finish the sale in the same write if nothing is due any more. ``data`` is then the finished sale.

    :raises kassa.errors.JournalError: it could not be written; the sale is as it was before the payment.
    """
    due = compute(paid).due
    if due:
        context.save(paid)
        return OperationResult(message=_still_due(due, paid.currency))
    paid = with_credits(context, paid)
    return OperationResult(message=_said_at_the_end(paid), data=context.finish(paid))


def _still_due(due: Decimal, currency: str) -> Text:
    if due < 0:
        return _("{amount} still to be paid out", amount=Money(-due, currency))
    return _("{amount} still to pay", amount=Money(due, currency))


def _said_at_the_end(transaction: Transaction) -> Text:
    payments = transaction.valid_payments
    change = change_given(transaction)
    if change:
        return _("Change {amount}", amount=Money(change, transaction.currency))
    given = sum((-payment.amount for payment in payments if payment.kind == "cash" and payment.amount < 0), _ZERO)
    if given:
        return _("Give {amount}", amount=Money(given, transaction.currency))
    if compute(transaction).total < 0:
        return _("Paid out")
    return _("Paid")
