"""Operations on the whole sale: 500 void, 501 comment."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from kassa.operations import OperationContext, OperationResult
from kassa.sale import entered, lines
from kassa.sale.cards import check_nothing_paid
from kassa.text import texts
from kassa_sale.asking import reason_for

_, n_ = texts("kassa_sale")


class Voiding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``reason``: a reason code, asked for where the store has some."""

    reason: str | None = None


class Comment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment on the sale; empty takes it away."""

    comment: str


def void(context: OperationContext) -> OperationResult:
    """500: the sale goes to the journal as void.

    :raises kassa.errors.NotAvailable: something has been paid.
    """
    transaction = context.transaction
    check_nothing_paid(transaction)
    reason = reason_for(context, "void_transaction", context.parameters.reason)
    if reason is not None:
        context.save(replace(transaction, extra={**transaction.extra, "void_reason": reason}))
    return OperationResult(message=_("The sale has been voided."), data=context.void())


def comment(context: OperationContext) -> None:
    """501: a comment on the sale.

    :raises kassa.errors.InvalidInput: the comment is too long.
    """
    context.save(lines.comment(context.transaction, entered.comment(context.parameters.comment)))
