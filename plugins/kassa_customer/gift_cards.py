"""512 Issue gift card, 519 Add to gift card, 520 Gift card balance."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.model import Item, Transaction
from kassa.operations import OperationContext, OperationResult
from kassa.register.face import RegisterFace
from kassa.requests.accounts import Account, AccountKind, FindAccount
from kassa.sale import entered
from kassa.sale.cards import check_nothing_paid
from kassa.sale.entered import Entered
from kassa.sale.gift_cards import gift_card_line, gift_card_of
from kassa.text import Money, Text, literal, texts

_, n_ = texts("kassa_customer")

KIND: AccountKind = "gift_card"
ITEM, TAX_CODE = "GIFT-CARD", "0"
"""The item number and the tax code (of rate 0) that a sold gift card has in sales and reports, unless settings say
otherwise."""
LONGEST = 40


class NumberAndAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gift card's number, scanned or typed, and what is put on it."""

    number: str
    amount: Entered


class CardNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gift card's number."""

    number: str


def issue(context: OperationContext) -> OperationResult:
    """512: sell a new gift card. It is good for what was paid once the sale has ended.

    :raises kassa.errors.NotAllowed: there is a gift card of that number already.
    :raises kassa.errors.InvalidInput: no number, or no amount.
    """
    number = _number(context.parameters.number)
    if _known(context, number) is not None or number in _sold(context.transaction):
        raise NotAllowed(
            _("There is a gift card {number} already.", number=literal(number)),
            hint=_("Take another card, or use Add to gift card."),
        )
    return _sell(context, number)


def add_to(context: OperationContext) -> OperationResult:
    """519: put more on a gift card.

    :raises kassa.errors.NotFound: there is no such gift card.
    :raises kassa.errors.NotAllowed: it is blocked.
    """
    number = _number(context.parameters.number)
    account = context.send(FindAccount(number, KIND))
    if account.blocked:
        raise NotAllowed(_("The gift card is blocked."), hint=_("Take another card."))
    return _sell(context, account.number)


def balance(context: OperationContext) -> OperationResult:
    """520: what is on a gift card; ``data`` is the account.

    :raises kassa.errors.NotFound: there is no such gift card, or the register does not know it offline.
    """
    account = context.send(FindAccount(_number(context.parameters.number), KIND))
    return OperationResult(message=_said(account), data=account)


def check(transaction: Transaction, register: RegisterFace) -> Text | None:
    """A gift card that was sold is not taken back as goods: what is on it may have been spent."""
    settings = next((each.settings for each in register.record.plugins if each.name == "customer"), {})
    item = settings.get("gift_card_item", ITEM)
    if any(line.quantity < 0 and line.item.number == item for line in transaction.sold_lines):
        return _("A gift card is not taken back. It can be paid with.")
    return None


def _sell(context: OperationContext, number: str) -> OperationResult:
    transaction = context.transaction
    check_nothing_paid(transaction)
    amount = entered.amount(context.parameters.amount, transaction.currency)
    if not amount:
        raise InvalidInput(_("The amount must be above 0."), hint=_("Type how much is put on the card."))
    words = _("Gift card {number}", number=literal(number)).words(context.record.store.language)
    item = Item(
        str(context.settings.get("gift_card_item", ITEM)), words, amount,
        str(context.settings.get("gift_card_tax_code", TAX_CODE)), Decimal(0), decimals=0,
    )  # fmt: skip
    line = gift_card_line(context.new_id(), item, number)
    context.save(replace(transaction, lines=(*transaction.lines, line)))
    return OperationResult(
        message=_("{amount} on gift card {number} when it is paid", amount=Money(amount, transaction.currency),
                  number=literal(number)), data=line,
    )  # fmt: skip


def _known(context: OperationContext, number: str) -> Account | None:
    try:
        return context.send(FindAccount(number, KIND))
    except NotFound:
        return None


def _sold(transaction: Transaction) -> set[str | None]:
    return {gift_card_of(line) for line in transaction.sold_lines}


def _number(typed: str) -> str:
    number = typed.strip().upper()
    if not number or len(number) > LONGEST:
        raise InvalidInput(_("This is no gift card number."), hint=_("Scan the card, or type its number."))
    return number


def _said(account: Account) -> Text:
    amount = Money(account.balance, account.currency)
    if account.blocked:
        return _("The gift card is blocked.")
    if account.held:
        return _("{amount} by the last known balance", amount=amount)
    return _("{amount} on the gift card", amount=amount)
