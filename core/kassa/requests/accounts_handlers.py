"""Handlers of :mod:`kassa.requests.accounts`: the same on the channel database and in the register."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kassa.errors import NotAllowed, NotFound
from kassa.money import ZERO
from kassa.requests.accounts import (
    Account,
    AccountKind,
    CreditAccount,
    DebitAccount,
    FindAccount,
    ReleaseEntry,
)
from kassa.runtime.request import Handler, HandlerContext, Row, Side
from kassa.text import Money, Text, literal, texts

_, n_ = texts("kassa")

ACCOUNT, ENTRY = "tender_account", "tender_account_entry"
MOST = 10_000
DONE, RELEASED = "done", "released"


def find_account(request: FindAccount, context: HandlerContext) -> Account:
    """The account.

    :raises NotFound: there is none.
    """
    return _account(_known(request.number, request.kind, context), context)


def credit_account(request: CreditAccount, context: HandlerContext) -> Account:
    """Put something on an account, opened if need be."""
    row = _row(request.number, context)
    if row is None or row["kind"] != request.kind:
        number = request.number if row is None else f"{request.number}-{request.kind}"[:40]
        row = _row(number, context) or _new(number, request.kind, request.currency)
    return _move(request, row, request.amount, request.amount, context)


def debit_account(request: DebitAccount, context: HandlerContext) -> Account:
    """Take something from an account.

    :raises NotFound: there is none.
    :raises NotAllowed: it is blocked, has too little on it, or a register has taken too much by itself.
    """
    entry = context.records.get(ENTRY, request.command_id)
    row = _known(request.number, request.kind, context)
    if entry is not None and entry["state"] == RELEASED:
        raise NotAllowed(_("This payment has been taken back."), hint=_("Pay anew."))
    if entry is None and not context.done_online and request.amount > 0:
        _check(request, _account(row, context), context)
    return _move(request, row, -request.amount, request.worth, context)


def release_entry(request: ReleaseEntry, context: HandlerContext) -> Account:
    """Undo an entry; one that never came never will."""
    row = _row(request.number, context) or _new(request.number, request.kind, "")
    entry = context.records.get(ENTRY, request.entry_id)
    if entry is None:
        released = _entry(request, row, ZERO, ZERO, context, request.entry_id)
        context.records.put(ENTRY, {**released, "state": RELEASED})
    elif entry["state"] != RELEASED:
        context.records.put(ENTRY, {**entry, "state": RELEASED, "worth": ZERO})
        row = {**row, "balance": _decimal(row["balance"]) - _decimal(entry["amount"])}
        context.records.put(ACCOUNT, row)
    return _account(row, context)


def _move(
    request: CreditAccount | DebitAccount, row: Row, amount: Decimal, worth: Decimal, context: HandlerContext
) -> Account:
    if context.records.get(ENTRY, request.command_id) is None:
        context.records.put(ENTRY, _entry(request, row, amount, worth, context))
        row = {**row, "balance": _decimal(row["balance"]) + amount}
        context.records.put(ACCOUNT, row)
    return _account(row, context)


def _check(request: DebitAccount, account: Account, context: HandlerContext) -> None:
    name = _NAMES[request.kind]
    if account.blocked:
        raise NotAllowed(_("{account} is blocked.", account=name), hint=_("Take another payment."))
    if request.amount > account.available:
        raise NotAllowed(
            _("There is not enough on it: {left} left.", left=_amount(account, account.available)),
            hint=_("Take a smaller amount, or another payment."),
        )
    limit = request.offline_limit
    if context.side is Side.REGISTER and limit is not None and _taken(context) + request.worth > limit:
        raise NotAllowed(
            _("Without the store server no more is taken from gift cards and accounts."),
            hint=_("Take another payment, or try again when the register is connected."),
        )


def _taken(context: HandlerContext) -> Decimal:
    """What this register has taken by itself, and the store server has not heard of."""
    mine = context.records.find(ENTRY, limit=MOST, register_id=context.caller.register_id, offline=True)
    return sum((_decimal(entry["worth"]) for entry in mine if entry["state"] == DONE and entry["debit"]), ZERO)


def _known(number: str, kind: AccountKind, context: HandlerContext) -> Row:
    row = _row(number, context)
    if row is not None and row["kind"] == kind:
        return row
    if context.side is Side.REGISTER:
        raise NotFound(
            _("{account} is not known here without the store server.", account=_NAMES[kind]),
            hint=_("Take another payment, or try again when the register is connected."),
        )
    raise NotFound(
        _("There is no such account: {number}.", number=literal(number[:40])),
        hint=_("Scan it again, or type the number."),
    )


def _row(number: str, context: HandlerContext) -> Row | None:
    """The account, which nobody else changes before this is done: under that number, or, of a customer account, under
    the one that its customer has now."""
    row = context.records.get(ACCOUNT, number, to_change=True)
    if row is None and (former := context.records.get("former_customer_number", number)) is not None:
        row = context.records.get(ACCOUNT, former["customer_number"], to_change=True)
    return row


def _new(number: str, kind: AccountKind, currency: str) -> dict[str, Any]:
    return {
        "account_number": number, "kind": kind, "currency": currency, "balance": ZERO, "credit_limit": ZERO,
        "customer_number": None, "blocked": False,
    }  # fmt: skip


def _entry(
    request: CreditAccount | DebitAccount | ReleaseEntry,
    row: Row,
    amount: Decimal,
    worth: Decimal,
    context: HandlerContext,
    entry_id: str | None = None,
) -> dict[str, Any]:
    return {
        "entry_id": entry_id or request.command_id,
        "account_number": row["account_number"],
        "debit": isinstance(request, DebitAccount),
        "amount": amount,
        "worth": worth,
        "state": DONE,
        "transaction_id": request.transaction_id,
        "store_id": context.store.store_id,
        "register_id": context.caller.register_id,
        "made_at": context.environment.clock.utc().isoformat(),
        "offline": context.side is Side.REGISTER and not context.done_online,
    }


def _account(row: Row, context: HandlerContext) -> Account:
    return Account(
        number=row["account_number"], kind=row["kind"], balance=_decimal(row["balance"]),
        credit_limit=_decimal(row["credit_limit"]), currency=row["currency"],
        customer_number=row["customer_number"], blocked=row["blocked"], held=context.side is Side.REGISTER,
    )  # fmt: skip


def _decimal(value: Any) -> Decimal:
    """The journal's overlay keeps decimals as text."""
    return value if isinstance(value, Decimal) else Decimal(value)


def _amount(account: Account, amount: Decimal) -> Text:
    if account.currency:
        return _("{amount}", amount=Money(amount, account.currency))
    return _("{count} points", count=literal(f"{amount.normalize():f}"))


_NAMES: dict[AccountKind, Text] = {
    "gift_card": _("The gift card"),
    "loyalty": _("The loyalty card"),
    "customer_account": _("The customer account"),
}

HANDLERS: tuple[Handler, ...] = (
    Handler(FindAccount, find_account),
    Handler(CreditAccount, credit_account),
    Handler(DebitAccount, debit_account),
    Handler(ReleaseEntry, release_entry),
)
