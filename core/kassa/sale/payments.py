"""Payments: what is due in a tender, paying, paying out, voiding.

Below zero everything is mirrored: the transaction pays out, ``tendered`` and ``amount`` are negative. For every payment
``amount = tendered - change``, what stays in the till, and it settles ``amount - rounding`` of the total.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.model import Payment, Tender, Transaction
from kassa.money import minor_unit, round_to
from kassa.sale.totals import Totals, compute
from kassa.text import Money, texts

_, n_ = texts("kassa")

_ZERO = Decimal(0)


def payable(totals: Totals, tender: Tender, currency: str) -> Decimal:
    """What is due in ``tender``: rounded half up to its smallest payable amount; below zero to be paid out."""
    unit = minor_unit(currency)
    if tender.rounding is None:
        return totals.due
    return round_to(totals.due, tender.rounding).quantize(unit) + _ZERO


def pay_cash(transaction: Transaction, tender: Tender, handed: Decimal | None, payment_id: str) -> Transaction:
    """With a payment in cash. Less than due is a part payment, more gives change; the last one carries the rounding.

    :param handed: what the customer hands over, or is handed where the transaction pays out, without a sign; None for
        exactly what is due.
    :raises kassa.errors.NotAvailable: there is nothing to pay.
    :raises kassa.errors.InvalidInput: an amount of 0, or one that coins cannot make.
    :raises kassa.errors.NotAllowed: more than is to be paid out.
    """
    totals = something_due(transaction)
    due = payable(totals, tender, transaction.currency)
    sign = -1 if totals.due < 0 else 1
    tendered = due if handed is None else sign * handed
    _check_coins(tendered, due, tender, transaction.currency)
    if abs(tendered) < abs(due):
        payment = _payment(payment_id, tender, tendered)
    else:
        change = tendered - due
        if sign < 0 and change:
            raise _too_much_paid_out(-due, transaction.currency)
        payment = replace(_payment(payment_id, tender, tendered), change=change, amount=due, rounding=due - totals.due)
    return with_payment(transaction, payment)


def check_exact(transaction: Transaction, amount: Decimal | None) -> Decimal:
    """The signed amount of a payment without change, such as by card: ``amount``, by default all that is due.

    :param amount: without a sign.
    :raises kassa.errors.NotAvailable: there is nothing to pay.
    :raises kassa.errors.InvalidInput: an amount of 0.
    :raises kassa.errors.NotAllowed: more than is due.
    """
    due = something_due(transaction).due
    if amount is None:
        return due
    if amount == 0:
        raise _nothing_entered()
    if amount > abs(due):
        if due < 0:
            raise _too_much_paid_out(-due, transaction.currency)
        raise NotAllowed(
            _("The amount is more than is due."),
            hint=_("At most {due} can be paid this way; change is given for cash only.", due=_money(due, transaction)),
        )
    return -amount if due < 0 else amount


def add_exact(
    transaction: Transaction, tender: Tender, amount: Decimal, payment_id: str, reference: dict[str, str]
) -> Transaction:
    """With a payment of exactly the signed ``amount``."""
    return with_payment(transaction, replace(_payment(payment_id, tender, amount), reference=reference))


def find_payment(transaction: Transaction, payment_id: str | None = None) -> Payment:
    """The payment with that id; without one, the last that counts.

    :raises kassa.errors.NotFound: there is none, or it is void.
    """
    for payment in reversed(transaction.valid_payments):
        if payment_id is None or payment.payment_id == payment_id:
            return payment
    raise NotFound(_("There is no such payment."), hint=_("Choose a payment that has not been voided."))


def void_payment(transaction: Transaction, payment: Payment) -> Transaction:
    """Without ``payment``: it stays to be seen and counts for nothing."""
    return replace(
        transaction,
        payments=tuple(
            replace(each, voided=True) if each.payment_id == payment.payment_id else each
            for each in transaction.payments
        ),
    )


def something_due(transaction: Transaction) -> Totals:
    """The totals of a transaction that something is due of.

    :raises kassa.errors.NotAvailable: there is nothing to pay.
    """
    if not transaction.sold_lines:
        hint = _("Void the payments first.") if transaction.valid_payments else _("Scan an item first.")
        raise NotAvailable(_("There is nothing to pay yet."), hint=hint)
    totals = compute(transaction)
    if not totals.due:
        raise NotAvailable(_("Everything is paid."), hint=_("Press a payment to finish the sale."))
    return totals


def _check_coins(tendered: Decimal, due: Decimal, tender: Tender, currency: str) -> None:
    if not tendered and due:
        raise _nothing_entered()
    if tender.rounding is not None and tendered % tender.rounding:
        raise InvalidInput(
            _("Cash is paid in whole {unit}.", unit=Money(tender.rounding, currency)),
            hint=_("{due} is due in cash.", due=Money(abs(due), currency)),
        )


def _payment(payment_id: str, tender: Tender, amount: Decimal) -> Payment:
    return Payment(payment_id, tender.tender_id, tender.kind, tender.name, amount=amount, tendered=amount)


def with_payment(transaction: Transaction, payment: Payment) -> Transaction:
    """With ``payment``, as it is."""
    return replace(transaction, payments=(*transaction.payments, payment))


def _money(amount: Decimal, transaction: Transaction) -> Money:
    return Money(amount, transaction.currency)


def _nothing_entered() -> InvalidInput:
    return InvalidInput(_("The amount must be above 0."), hint=_("Type the amount again, or leave it out."))


def _too_much_paid_out(due: Decimal, currency: str) -> NotAllowed:
    return NotAllowed(
        _("That is more than is to be paid out."), hint=_("Pay out at most {due}.", due=Money(due, currency))
    )
