"""What a paid sale puts on accounts: the money of gift cards that it sold, the points that it earned.

Each has an id that is in the sale before it is first sent, so that pressing a payment again after a kill credits
nothing twice; a payment that is voided then takes it back. It is done before the sale is finished; without the store
server it goes there with the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from kassa.errors import KassaError
from kassa.model import Transaction
from kassa.operations import OperationContext
from kassa.requests.accounts import AccountKind, CreditAccount, ReleaseEntry
from kassa.sale.gift_cards import gift_card_of
from kassa.sale.totals import compute
from kassa_payment.loyalty import loyalty_card, points_earned

KEPT_AS, REVOKED = "account_credits", "revoked_credits"


class Credit(msgspec.Struct, frozen=True):
    """Something that is put on an account."""

    command_id: str
    number: str
    kind: AccountKind
    amount: Decimal
    currency: str


def with_credits(context: OperationContext, paid: Transaction) -> Transaction:
    """``paid``, its credits done or on their way. A sale that has none is as it was.

    :raises kassa.errors.JournalError: it could not be written.
    """
    if context.register.training:
        return paid
    if _kept(context.transaction, REVOKED):
        _release(context)
        paid = _with(paid, REVOKED, ())
    credits = _kept(paid, KEPT_AS) or tuple(_credits(context, paid))
    if not credits:
        return paid
    paid = _with(paid, KEPT_AS, credits)
    context.save(paid)
    for credit in credits:
        _send(context, credit)
    return paid


def revoke_credits(context: OperationContext) -> None:
    """The sale is not paid after all: what it has put on accounts is taken back. That it is being taken back is in the
    sale first, so that a kill leaves nothing half done."""
    transaction = context.transaction
    credits = _kept(transaction, KEPT_AS)
    if credits:
        context.save(_with(_with(transaction, KEPT_AS, ()), REVOKED, credits))
    _release(context)


def _release(context: OperationContext) -> None:
    transaction = context.transaction
    credits = _kept(transaction, REVOKED)
    for credit in credits:
        context.send(
            ReleaseEntry(
                command_id=context.new_id(),
                number=credit.number,
                kind=credit.kind,
                entry_id=credit.command_id,
                transaction_id=transaction.transaction_id,
            )
        )
    if credits:
        context.save(_with(transaction, REVOKED, ()))


def _send(context: OperationContext, credit: Credit) -> None:
    command = CreditAccount(
        command_id=credit.command_id,
        number=credit.number,
        kind=credit.kind,
        amount=credit.amount,
        currency=credit.currency,
        transaction_id=context.transaction.transaction_id,
    )
    try:
        context.send(command)
    except KassaError as error:
        # It is in the journal and is sent again; a sale that is paid is not kept waiting for it.
        context.register.log("payment").warning("credit_waits", error_code=error.code, where=error.where)


def _kept(transaction: Transaction, name: str) -> tuple[Credit, ...]:
    return msgspec.convert(transaction.extra.get(name, ()), tuple[Credit, ...], strict=False)


def _with(transaction: Transaction, name: str, credits: tuple[Credit, ...]) -> Transaction:
    extra = {key: value for key, value in transaction.extra.items() if key != name}
    if credits:
        extra[name] = msgspec.to_builtins(credits)
    return replace(transaction, extra=extra)


def _credits(context: OperationContext, paid: Transaction) -> Iterator[Credit]:
    amounts = {line.line_id: line.net for line in compute(paid).lines}
    for line in paid.sold_lines:
        number = gift_card_of(line)
        if number is not None and amounts[line.line_id] > 0:
            yield Credit(context.new_id(), number, "gift_card", amounts[line.line_id], paid.currency)
    card = loyalty_card(paid)
    points = points_earned(paid, context.settings) if card is not None else Decimal(0)
    if card is not None and points:
        yield Credit(context.new_id(), card, "loyalty", points, "")
