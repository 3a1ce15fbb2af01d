"""Training mode: everything looks as at work, and nothing of it counts.

A training sale takes a number of its own marked series in place of a receipt number, charges no card, sends no command
and is no business of the fiscal device; it is in the journal and on the Z as training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from kassa.errors import NotAvailable
from kassa.model import Transaction
from kassa.payment_terminal import CardAnswer
from kassa.runtime.request import Command, Request
from kassa.text import texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")

MARK, NUMBER = "training", "training_number"
"""In ``Transaction.extra``: that it is training, and its number once it has ended."""
COUNTER = "training_number"
_HINT = _("Log off and on again to sell for real.")


def is_training(transaction: Transaction | None) -> bool:
    """Whether it was begun in training mode; it stays so, whatever happens to the register."""
    return transaction is not None and bool(transaction.extra.get(MARK))


def marked(transaction: Transaction) -> Transaction:
    """The same, as training."""
    return replace(transaction, extra={**transaction.extra, MARK: True})


def numbered(transaction: Transaction, register: Register) -> Transaction:
    """The same with the next number of the training series, which is kept."""
    count = int(register.journal.setting("kassa", COUNTER) or 0) + 1
    register.journal.keep_setting("kassa", COUNTER, str(count))
    return replace(transaction, extra={**transaction.extra, NUMBER: f"T-{count:06}"})


def check(transaction: Transaction) -> None:
    """Training touches no earlier sale, and uses up no coupon.

    :raises NotAvailable: it would.
    """
    if not is_training(transaction):
        return
    if transaction.coupons or any(line.return_of is not None for line in transaction.lines):
        raise NotAvailable(_("Not while training: it would count."), hint=_HINT)


def check_request(request: Request[object], training: bool) -> None:
    """Training changes nothing at the store.

    :raises NotAvailable: the request would.
    """
    if training and isinstance(request, Command):
        raise NotAvailable(_("Not while training: it would count."), hint=_HINT)


def approved() -> CardAnswer:
    """What training gets in place of a card terminal's answer."""
    return CardAnswer("approved", _("Training: no card is charged."), {"simulated": "training"})
