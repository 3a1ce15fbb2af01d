"""117 Add loyalty card: the sale earns points on it, and may be paid with them (207)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from kassa.errors import NotAllowed
from kassa.operations import OperationContext, OperationResult
from kassa.requests.accounts import FindAccount
from kassa.text import literal, texts

_, n_ = texts("kassa_customer")

KEPT_AS = "loyalty_card"
"""In the transaction's ``extra``: the card's number."""


class CardNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A loyalty card's number; without one the sale has none any more."""

    number: str = ""


def add(context: OperationContext) -> OperationResult:
    """117: the loyalty card of this sale; ``data`` is its account.

    :raises kassa.errors.NotFound: there is no such card, or the register does not know it offline.
    :raises kassa.errors.NotAllowed: it is blocked.
    """
    transaction = context.transaction
    extra: dict[str, Any] = {name: value for name, value in transaction.extra.items() if name != KEPT_AS}
    number = context.parameters.number.strip().upper()
    if not number:
        context.save(replace(transaction, extra=extra))
        return OperationResult(message=_("The sale has no loyalty card."))
    account = context.send(FindAccount(number, "loyalty"))
    if account.blocked:
        raise NotAllowed(_("The loyalty card is blocked."), hint=_("Go on without it."))
    context.save(replace(transaction, extra={**extra, KEPT_AS: account.number}))
    points = literal(f"{account.balance.normalize():f}")
    return OperationResult(message=_("Loyalty card with {points} points", points=points), data=account)
