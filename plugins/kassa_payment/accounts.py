"""202 Pay customer account, 207 Pay loyalty points, 214 Pay gift card: paying from an account.

The payment's id is in the sale before the account is asked, and is the command's: a register that was killed, or whose
answer was lost, goes on with the same payment, and the account is debited once.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec
from msgspec.structs import replace

from kassa.errors import NotAllowed, NotAvailable, Refusal, UnknownOutcome
from kassa.model import Payment
from kassa.money import ZERO, round_money
from kassa.operations import OperationContext, OperationResult
from kassa.requests.accounts import Account, AccountKind, DebitAccount, FindAccount, ReleaseEntry
from kassa.sale import entered
from kassa.sale.cards import PendingCard, check_no_card_waits, pending_card, with_pending_card
from kassa.sale.entered import Entered
from kassa.sale.payments import add_exact, check_exact, void_payment
from kassa.text import Money, literal, texts
from kassa_payment.finishing import after_payment, is_settled
from kassa_payment.loyalty import loyalty_card, point_value
from kassa_payment.tenders import find_tender

_, n_ = texts("kassa_payment")

NUMBER_KEPT, POINTS_KEPT = "number", "points"


class FromAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``number`` of the card or account; of a customer account and a loyalty card what the sale has. ``amount`` without
    a sign; None for as much of what is due as the account has."""

    number: str | None = None
    amount: Entered = None
    tender_id: str | None = None


def pay_customer_account(context: OperationContext) -> OperationResult:
    """202: the customer pays later, within their credit limit. See :func:`pay`."""
    customer = context.transaction.customer
    number = context.parameters.number or (None if customer is None else customer.number)
    if not number:
        raise NotAvailable(_("The sale has no customer."), hint=_("Choose the customer first."))
    return pay(context, "customer_account", number)


def pay_loyalty(context: OperationContext) -> OperationResult:
    """207: points of the sale's loyalty card. See :func:`pay`."""
    number = context.parameters.number or loyalty_card(context.transaction)
    if not number:
        raise NotAvailable(_("The sale has no loyalty card."), hint=_("Add the loyalty card first."))
    return pay(context, "loyalty", number)


def pay_gift_card(context: OperationContext) -> OperationResult:
    """214: from a gift card. See :func:`pay`."""
    return pay(context, "gift_card", context.parameters.number or "")


def pay(context: OperationContext, kind: AccountKind, number: str) -> OperationResult:
    """Pay from an account; the last payment finishes the sale.

    :raises kassa.errors.NotFound: there is no such account, or the register does not know it offline.
    :raises kassa.errors.NotAllowed: it is blocked or has too little, or the register may take no more by itself.
    :raises kassa.errors.UnknownOutcome: the store server gave no answer: pressed again, it is the same payment.
    """
    transaction = context.transaction
    if context.register.training:
        raise NotAvailable(_("Not while training: it would count."), hint=_("Press Cash or Card."))
    pending = pending_card(transaction)
    if pending is None and is_settled(transaction):
        return after_payment(context, transaction)
    if pending is not None and (pending.kind != kind or pending.reversing):
        check_no_card_waits(transaction)
    if pending is None:
        pending = _begin(context, kind, number.strip())
    return _debit(context, pending, kind)


def _begin(context: OperationContext, kind: AccountKind, number: str) -> PendingCard:
    transaction, given = context.transaction, context.parameters
    tender = find_tender(context.record, kind, given.tender_id)
    due = check_exact(transaction, None)
    account = context.send(FindAccount(number, kind))
    if due < 0 and kind == "loyalty":
        raise NotAllowed(_("Money is not given back in points."), hint=_("Press Cash or Card."))
    if account.currency not in ("", transaction.currency):
        raise NotAllowed(_("It is in {currency}.", currency=literal(account.currency)), hint=_("Take another payment."))
    if given.amount is None:
        amount = due if due < 0 else min(due, _worth(context, account))
    else:
        amount = check_exact(transaction, entered.amount(given.amount, transaction.currency))
    if not amount:
        raise NotAllowed(_("There is nothing left on it."), hint=_("Take another payment."))
    taken = _taken(context, kind, amount)
    pending = PendingCard(
        context.new_id(), tender.tender_id, amount, kind=kind, account=account.number, taken=taken
    )  # fmt: skip
    context.save(with_pending_card(transaction, pending))
    return pending


def _worth(context: OperationContext, account: Account) -> Decimal:
    """What the account is good for, in the store's currency."""
    currency = context.transaction.currency
    if account.kind != "loyalty":
        return round_money(account.available, currency)
    whole = account.available.to_integral_value(ROUND_FLOOR)
    cents = (whole * point_value(context.settings)).scaleb(2).to_integral_value(ROUND_FLOOR)
    return round_money(cents.scaleb(-2), currency)


def _taken(context: OperationContext, kind: AccountKind, amount: Decimal) -> Decimal:
    """What is taken from the account: of a loyalty card whole points, in the store's favour."""
    if kind != "loyalty":
        return amount
    return (amount / point_value(context.settings)).to_integral_value(ROUND_CEILING)


def _debit(context: OperationContext, pending: PendingCard, kind: AccountKind) -> OperationResult:
    command = DebitAccount(
        command_id=pending.payment_id,
        number=pending.account,
        kind=kind,
        amount=pending.taken,
        worth=pending.amount,
        transaction_id=context.transaction.transaction_id,
        offline_limit=context.record.profile.max_offline_account_amount,
    )
    try:
        account = context.send(command)
    except UnknownOutcome:
        raise
    except Refusal as refusal:
        if refusal.by_store_server:
            context.save(with_pending_card(context.transaction, None))
        else:
            # It may have been done before its answer was lost: from now on it counts for nothing.
            give_up(context, pending)
        raise
    answered = with_pending_card(context.transaction, None)
    tender = find_tender(context.record, kind, pending.tender_id)
    paid = add_exact(answered, tender, pending.amount, pending.payment_id, _reference(pending, account))
    return after_payment(context, paid)


def _reference(pending: PendingCard, account: Account) -> dict[str, str]:
    """What is kept and printed: the number, and what is left where the store server has said so."""
    told = {NUMBER_KEPT: pending.account}
    if account.kind == "loyalty":
        told[POINTS_KEPT] = f"{pending.taken:f}"
    if not account.held and account.kind != "customer_account":
        told["left"] = f"{account.balance.normalize() + ZERO:f}"
    return told


def take_back(context: OperationContext, payment: Payment) -> OperationResult:
    """211: the payment goes back to the account."""
    number = payment.reference.get(NUMBER_KEPT, "")
    pending = PendingCard(
        payment.payment_id, payment.tender_id, payment.amount, reversing=True, kind=payment.kind, account=number
    )  # fmt: skip
    give_up(context, pending)
    return OperationResult(
        message=_("{amount} is back on {number}.", amount=Money(payment.amount, context.transaction.currency),
                  number=literal(number))
    )  # fmt: skip


def give_up(context: OperationContext, pending: PendingCard) -> OperationResult:
    """211: a payment that was made, or of which nobody knows: it counts for nothing, whatever was done.

    What is being taken back is in the sale first: a register that is killed now cannot finish with it.
    """
    context.save(with_pending_card(context.transaction, replace(pending, reversing=True)))
    _release(context, pending.account, _kind(pending.kind), pending.payment_id)
    transaction = with_pending_card(context.transaction, None)
    for payment in transaction.valid_payments:
        if payment.payment_id == pending.payment_id:
            transaction = void_payment(transaction, payment)
    context.save(transaction)
    return OperationResult(message=_("Nothing is taken from {number}.", number=literal(pending.account)))


def _release(context: OperationContext, number: str, kind: AccountKind, entry_id: str) -> None:
    context.send(
        ReleaseEntry(
            command_id=context.new_id(),
            number=number,
            kind=kind,
            entry_id=entry_id,
            transaction_id=context.transaction.transaction_id,
        )
    )


def _kind(kind: str) -> AccountKind:
    known: AccountKind = msgspec.convert(kind, AccountKind)
    return known
