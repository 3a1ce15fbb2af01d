"""200 Pay cash and 206 Pay cash quick."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kassa.errors import InvalidInput
from kassa.model import Transaction
from kassa.operations import OperationContext, OperationResult
from kassa.sale import entered
from kassa.sale.cards import check_no_card_waits
from kassa.sale.entered import Entered
from kassa.sale.foreign import change_given
from kassa.sale.payments import pay_cash
from kassa.text import Money, texts
from kassa_payment.finishing import after_payment, is_settled
from kassa_payment.tenders import find_tender

_, n_ = texts("kassa_payment")

LARGEST_CHANGE = Decimal(100_000)
"""Setting ``largest_change``: more change than this means that something else was typed as the amount."""


class Cash(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is handed over, without a sign; None for exactly what is due. Less is a part payment, more gives change."""

    amount: Entered = None
    tender_id: str | None = None


def pay(context: OperationContext) -> OperationResult:
    """200 and 206: a payment in cash, rounded as the tender says. The last one finishes the sale and tells the change.

    :raises kassa.errors.NotAvailable: there is nothing to pay, or a card payment waits for its answer.
    :raises kassa.errors.InvalidInput: an amount that coins cannot make.
    :raises kassa.errors.NotAllowed: more than is to be paid out.
    """
    transaction, parameters = context.transaction, context.parameters
    check_no_card_waits(transaction)
    if is_settled(transaction):
        return after_payment(context, transaction)
    tender = find_tender(context.record, "cash", parameters.tender_id)
    handed = None if parameters.amount is None else entered.amount(parameters.amount, transaction.currency)
    paid = pay_cash(transaction, tender, handed, context.new_id())
    check_change(context, paid)
    return after_payment(context, paid)


def check_change(context: OperationContext, paid: Transaction) -> None:
    """No more change than a customer can be meant to get.

    :raises kassa.errors.InvalidInput: otherwise.
    """
    change = change_given(paid)
    if change > Decimal(str(context.settings.get("largest_change", LARGEST_CHANGE))):
        raise InvalidInput(
            _("The change would be {amount}.", amount=Money(change, paid.currency)),
            hint=_("Was a barcode scanned as the amount? Type it again."),
        )
