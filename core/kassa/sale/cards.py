"""Card payments that a terminal was asked about and has not answered yet.

What was asked is kept in the transaction before the first ask, so that a register that was restarted asks about the
same payment: never a second charge. While one waits nothing else is paid, and the sale is neither finished nor put
aside.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from kassa.errors import NotAvailable
from kassa.model import Transaction
from kassa.money import ZERO
from kassa.text import texts

_, n_ = texts("kassa")

_PENDING = "pending_card"
_UNRESOLVED = "unresolved_cards"


class PendingCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """A card payment without an answer. ``amount`` is signed; ``reversing``: it is being taken back.

    ``kind``: the tender's. A payment from a gift card or an account waits in the same way: ``account`` is its number,
    ``taken`` what is taken from it (of a loyalty card, points).
    """

    payment_id: str
    tender_id: str
    amount: Decimal
    reversing: bool = False
    kind: str = "card"
    account: str = ""
    taken: Decimal = ZERO


def pending_card(transaction: Transaction) -> PendingCard | None:
    """The card payment that waits for the terminal's answer."""
    kept = transaction.extra.get(_PENDING)
    return None if kept is None else msgspec.convert(kept, PendingCard)


def with_pending_card(transaction: Transaction, pending: PendingCard | None) -> Transaction:
    """With that card payment waiting for its answer; None: answered."""
    extra = {name: value for name, value in transaction.extra.items() if name != _PENDING}
    if pending is not None:
        extra[_PENDING] = _plain(pending)
    return replace(transaction, extra=extra)


def unresolved_cards(transaction: Transaction) -> tuple[PendingCard, ...]:
    """The card payments that a manager gave up waiting for: to be looked up at the bank."""
    return tuple(msgspec.convert(kept, PendingCard) for kept in transaction.extra.get(_UNRESOLVED, ()))


def give_up_waiting(transaction: Transaction) -> Transaction:
    """With the waiting card payment, if any, among the unresolved ones: it goes to the journal with the sale."""
    pending = pending_card(transaction)
    if pending is None:
        return transaction
    unresolved = [*transaction.extra.get(_UNRESOLVED, ()), _plain(pending)]
    answered = with_pending_card(transaction, None)
    return replace(answered, extra={**answered.extra, _UNRESOLVED: unresolved})


def check_no_card_waits(transaction: Transaction) -> None:
    """No card payment waits for an answer.

    :raises kassa.errors.NotAvailable: one does.
    """
    pending = pending_card(transaction)
    if pending is not None and pending.kind != "card":
        raise NotAvailable(
            _("A payment has not been finished yet."), hint=_("Press the same payment again, or Void payment.")
        )
    if pending is not None:
        hint = _("Press Void payment.") if pending.reversing else _("Press Card to ask the terminal, or Void payment.")
        raise NotAvailable(_("A card payment has not been answered yet."), hint=hint)


def check_nothing_paid(transaction: Transaction) -> None:
    """Nothing has been paid, and no card payment waits for an answer.

    :raises kassa.errors.NotAvailable: otherwise.
    """
    check_no_card_waits(transaction)
    if transaction.valid_payments:
        raise NotAvailable(_("The sale has payments."), hint=_("Void the payments first."))


def _plain(pending: PendingCard) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(pending)
    return plain
