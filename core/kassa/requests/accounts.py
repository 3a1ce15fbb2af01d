"""Accounts that tenders draw on: gift cards, loyalty cards and customer accounts.

What moves on an account is an *entry* under an id that the register makes: the same entry again changes nothing and
gets the account as it is. So a card that was debited while its answer was lost is debited once, and what is
taken back is so whether or not the store server had ever heard of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

import msgspec

from kassa.money import ZERO
from kassa.runtime.request import Command, Query

AccountKind = Literal["gift_card", "loyalty", "customer_account"]
ACCOUNT_KINDS: tuple[AccountKind, ...] = ("gift_card", "loyalty", "customer_account")
"""Tenders of these kinds draw on accounts."""


class Account(msgspec.Struct, frozen=True):
    """An account as whoever answered knows it. ``balance`` is in ``currency``, of a loyalty card in points (and
    ``currency`` empty); a customer's debt is below zero, at most ``credit_limit``. ``held``: a register's own
    knowledge, with what it has done itself."""

    number: str
    kind: AccountKind
    balance: Decimal
    credit_limit: Decimal = ZERO
    currency: str = ""
    customer_number: str | None = None
    blocked: bool = False
    held: bool = False

    @property
    def available(self) -> Decimal:
        """What may be taken at most."""
        return ZERO if self.blocked else max(ZERO, self.balance + self.credit_limit)


class FindAccount(Query[Account], frozen=True):
    """The account of that number and kind. Refused with ``not_found`` where there is none; a register without its store
    server knows those that it has been told of."""

    NAME: ClassVar[str] = "kassa.find_account"
    ANSWER: ClassVar[Any] = Account

    number: str
    kind: AccountKind


class CreditAccount(Command[Account], frozen=True, kw_only=True):
    """Put ``amount`` on an account: money that was paid for a gift card, points that were earned. Below zero they go
    back. An account that is not there yet is opened; nothing that was paid for is refused."""

    NAME: ClassVar[str] = "kassa.credit_account"
    ANSWER: ClassVar[Any] = Account

    number: str
    kind: AccountKind
    amount: Decimal
    transaction_id: str
    currency: str = ""


class DebitAccount(Command[Account], frozen=True, kw_only=True):
    """Take ``amount`` from an account; below zero it is given back to it.

    :param worth: the same in the store's currency: what a register without its store server counts.
    :param offline_limit: so much such a register takes in all, until the store server has heard of it; None: any.
    """

    NAME: ClassVar[str] = "kassa.debit_account"
    ANSWER: ClassVar[Any] = Account

    number: str
    kind: AccountKind
    amount: Decimal
    worth: Decimal
    transaction_id: str
    offline_limit: Decimal | None = None

    def repeats(self, earlier: Command[Any]) -> bool:
        """Its id names the payment: another one is another payment."""
        return False


class ReleaseEntry(Command[Account], frozen=True, kw_only=True):
    """Undo the entry that a credit or debit made, if it was made; from now on it never is."""

    NAME: ClassVar[str] = "kassa.release_entry"
    ANSWER: ClassVar[Any] = Account

    number: str
    kind: AccountKind
    entry_id: str
    transaction_id: str
