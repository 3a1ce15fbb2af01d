"""Payments in a foreign currency: worth what the rate says, with the change in the store's own.

The change is a cash payment of its own, as it leaves the cash drawer: ``change_of`` in its reference names the payment
that it belongs to. So each tender's payments add up to what is in the drawer of it.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import msgspec
from msgspec.structs import replace

from kassa.errors import InvalidInput, NotAllowed
from kassa.model import Payment, Tender, Transaction
from kassa.money import ZERO, check_amount, minor_unit, round_money, round_to
from kassa.sale.payments import something_due, with_payment
from kassa.sale.totals import compute
from kassa.text import Money, literal, texts

_, n_ = texts("kassa")

CHANGE_OF = "change_of"
_CURRENCY, _AMOUNT, _RATE = "currency", "foreign_amount", "exchange_rate"


class ForeignAmount(msgspec.Struct, frozen=True):
    """What was handed over in a foreign currency, and what one unit of it was worth."""

    amount: Decimal
    currency: str
    rate: Decimal


def foreign_of(payment: Payment) -> ForeignAmount | None:
    """What was handed over in a foreign currency; None: the payment is in the store's own."""
    kept = payment.reference
    if _AMOUNT not in kept:
        return None
    return ForeignAmount(Decimal(kept[_AMOUNT]), kept[_CURRENCY], Decimal(kept[_RATE]))


def is_change(payment: Payment) -> bool:
    """Whether a payment is the change on another one."""
    return CHANGE_OF in payment.reference


def change_given(transaction: Transaction) -> Decimal:
    """The change of all payments, that on foreign currency included."""
    payments = transaction.valid_payments
    return sum((-payment.amount if is_change(payment) else payment.change for payment in payments), ZERO)


def due_in(due: Decimal, tender: Tender, rate: Decimal) -> Decimal:
    """The least that can be handed over in a currency tender to settle ``due`` (above 0) of the store's currency."""
    unit = _unit(tender)
    least = (due / rate / unit).to_integral_value(ROUND_CEILING) * unit
    return least - unit if (least - unit) * rate >= due else least


def pay_foreign(
    transaction: Transaction,
    tender: Tender,
    rate: Decimal,
    handed: Decimal | None,
    cash: Tender | None,
    payment_id: str,
) -> Transaction:
    """With a payment in a foreign currency. Less than due is a part payment, more gives change in ``cash``, the store's
    own currency, rounded as that tender says.

    :param handed: in the foreign currency; None for the least that settles what is due.
    :param cash: the tender that change is given in; None: none can be given.
    :raises kassa.errors.NotAvailable: there is nothing to pay.
    :raises kassa.errors.InvalidInput: an amount that the currency or the tender does not have, or is worth nothing.
    :raises kassa.errors.NotAllowed: money is to be paid out, or change cannot be given.
    """
    due = something_due(transaction).due
    if due < 0:
        raise NotAllowed(
            _("Money is given back in {currency} only.", currency=literal(transaction.currency)),
            hint=_("Press Cash or Card."),
        )
    amount = due_in(due, tender, rate) if handed is None else _checked(handed, tender)
    worth = round_money(amount * rate, transaction.currency)
    if not worth:
        raise InvalidInput(_("The amount is worth nothing."), hint=_("Type the amount again."))
    told = {_CURRENCY: str(tender.currency), _AMOUNT: f"{amount:f}", _RATE: f"{rate.normalize():f}"}
    payment = Payment(
        payment_id, tender.tender_id, tender.kind, tender.name, amount=worth, tendered=worth, reference=told
    )
    over = worth - due
    if over < 0:
        return with_payment(transaction, payment)
    change = _change(over, cash, transaction.currency)
    if not change:
        if cash is None and over > 0 and handed is not None and amount > due_in(due, tender, rate):
            raise NotAllowed(_("No change can be given here."), hint=_("Take at most what is due."))
        return with_payment(transaction, replace(payment, rounding=over))
    assert cash is not None, "change is of a tender"
    back = Payment(
        _change_id(payment_id), cash.tender_id, cash.kind, cash.name,
        amount=-change, tendered=-change, rounding=over - change, reference={CHANGE_OF: payment_id},
    )  # fmt: skip
    return with_payment(with_payment(transaction, payment), back)


def void_change(transaction: Transaction, payment: Payment) -> Transaction:
    """Without the change on ``payment``, which is void."""
    return replace(
        transaction,
        payments=tuple(
            replace(each, voided=True) if each.reference.get(CHANGE_OF) == payment.payment_id else each
            for each in transaction.payments
        ),
    )


def still_due_in(transaction: Transaction, tender: Tender, rate: Decimal) -> Decimal:
    """What is due of ``transaction`` in a currency tender; 0 where nothing is to pay."""
    due = compute(transaction).due
    return due_in(due, tender, rate) if due > 0 else ZERO


def _change(over: Decimal, cash: Tender | None, currency: str) -> Decimal:
    if cash is None:
        return ZERO
    return round_to(over, cash.rounding or minor_unit(currency)).quantize(minor_unit(currency)) + ZERO


def _change_id(payment_id: str) -> str:
    return f"{payment_id}-change"


def _unit(tender: Tender) -> Decimal:
    return tender.rounding or minor_unit(str(tender.currency))


def _checked(handed: Decimal, tender: Tender) -> Decimal:
    currency = str(tender.currency)
    amount = check_amount(handed, currency)
    if not amount:
        raise InvalidInput(_("The amount must be above 0."), hint=_("Type the amount again, or leave it out."))
    if tender.rounding is not None and amount % tender.rounding:
        unit = Money(tender.rounding, currency)
        raise InvalidInput(_("This currency is taken in whole {unit}.", unit=unit), hint=_("Type the amount again."))
    return amount
