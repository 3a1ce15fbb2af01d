"""203 Pay currency: foreign notes at today's rate, with the change in the store's own currency."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from kassa.errors import NotFound
from kassa.model import Tender
from kassa.operations import Entry, OperationContext, OperationResult
from kassa.requests.exchange_rates import FindExchangeRate
from kassa.sale import entered
from kassa.sale.cards import check_no_card_waits
from kassa.sale.entered import Entered
from kassa.sale.foreign import pay_foreign, still_due_in
from kassa.sale.payments import something_due
from kassa.text import Money, Number, literal, texts
from kassa.windows import Action, Row, Window
from kassa_payment.cash import check_change
from kassa_payment.finishing import after_payment, is_settled
from kassa_payment.tenders import find_tender

_, n_ = texts("kassa_payment")

NUMBER = 203
WINDOW = "pay_currency"


class Currency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is handed over, in the tender's currency; ``exact``: the least that settles what is due. With neither the
    window of currencies opens."""

    amount: Entered = None
    tender_id: str | None = None
    exact: bool = False


def pay(context: OperationContext) -> OperationResult:
    """203: a payment in a foreign currency, at the rate that holds today.

    :raises kassa.errors.NotAvailable: there is nothing to pay, or a card payment waits for its answer.
    :raises kassa.errors.NotFound: the currency has no rate today.
    :raises kassa.errors.InvalidInput: an amount that the currency does not have, or far too much of it.
    :raises kassa.errors.NotAllowed: money is to be paid out, or no change can be given.
    """
    transaction, given = context.transaction, context.parameters
    check_no_card_waits(transaction)
    if is_settled(transaction):
        return after_payment(context, transaction)
    tender = find_tender(context.record, "currency", given.tender_id)
    if given.amount is None and not given.exact:
        something_due(transaction)
        return OperationResult(window=_window(context, given.tender_id))
    rate = _rate(context, tender)
    handed = None if given.exact else entered.number(given.amount)
    cash = next((one for one in context.record.tenders if one.kind == "cash"), None)
    paid = pay_foreign(context.transaction, tender, rate, handed, cash, context.new_id())
    check_change(context, paid)
    return after_payment(context, paid)


def _rate(context: OperationContext, tender: Tender) -> Decimal:
    return context.send(FindExchangeRate(str(tender.currency))).rate


def _window(context: OperationContext, tender_id: str | None) -> Window:
    """Each currency with what is due in it, and ways to pay so."""
    tenders = [
        tender
        for tender in context.record.tenders
        if tender.kind == "currency" and tender_id in (None, tender.tender_id)
    ]
    rates: dict[str, Decimal] = {}
    missing: NotFound | None = None
    for tender in tenders:
        try:
            rates[tender.tender_id] = _rate(context, tender)
        except NotFound as error:
            missing = error
    if missing is not None and not rates:
        raise missing
    rows = tuple(_row(context, tender, rates.get(tender.tender_id)) for tender in tenders)
    actions = tuple(
        action
        for tender in tenders
        if tender.tender_id in rates
        for action in _actions(context, tender, rates[tender.tender_id])
    )
    own = Money(something_due(context.transaction).due, context.transaction.currency)
    return Window(
        WINDOW, _("Foreign currency"), _("{amount} to pay", amount=own), rows, (*actions, Action(_("Close")))
    )  # fmt: skip


def _row(context: OperationContext, tender: Tender, rate: Decimal | None) -> Row:
    if rate is None:
        return Row(literal(tender.name), _("No rate today"))
    due = Money(still_due_in(context.transaction, tender, rate), str(tender.currency))
    value = _(
        "{due} · 1 {currency} = {rate} {own}",
        due=due,
        currency=literal(str(tender.currency)),
        rate=Number(rate.normalize()),
        own=literal(context.transaction.currency),
    )
    return Row(literal(tender.name), value)


def _actions(context: OperationContext, tender: Tender, rate: Decimal) -> Iterator[Action]:
    currency = str(tender.currency)
    due = still_due_in(context.transaction, tender, rate)
    if due <= 0:
        return
    entry = Entry("amount", "amount", _("Amount in {currency}", currency=literal(currency)))
    yield Action(_("Amount in {currency}", currency=literal(currency)), NUMBER, {"tender_id": tender.tender_id},
                 entry=entry)  # fmt: skip
    yield Action(
        _("Exactly {amount}", amount=Money(due, currency)),
        NUMBER,
        {"tender_id": tender.tender_id, "exact": True},
        primary=True,
    )
