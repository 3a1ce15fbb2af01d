"""Tenders put into the drawer and taken out of it without a sale: 1200, 1201, 1210, 1211, 1212."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from kassa.errors import InvalidInput, NotAllowed
from kassa.model import Tender
from kassa.money import check_amount
from kassa.operations import OperationContext, OperationResult
from kassa.shift_report import ADDS, MovementKind
from kassa.shift_report_words import MOVEMENTS
from kassa.text import Money, literal, texts
from kassa_shift.events import CASH, CashMovement
from kassa_shift.opening import needed_shift

_, n_ = texts("kassa_shift")
LONGEST_REFERENCE = 100


class Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much, of which tender (none named: cash; of a currency tender in its currency), and the number of a bag or a
    slip."""

    amount: Decimal
    tender: str = ""
    reference: str = ""


def moving(kind: MovementKind) -> Callable[[OperationContext], OperationResult]:
    """The operation that moves a tender so."""

    def move(context: OperationContext) -> OperationResult:
        """Note it in the journal.

        :raises kassa.errors.NotAvailable: no shift is open.
        :raises kassa.errors.InvalidInput: an amount that cannot be, or an unknown tender.
        :raises kassa.errors.NotAllowed: more than there should be is taken out.
        """
        given = context.parameters
        book, shift = needed_shift(context)
        tender = find_tender(context, given.tender)
        amount = _checked(context, given.amount, tender, kind)
        if kind not in ADDS and amount > book.figures().expected(tender.tender_id, tender.currency or ""):
            raise NotAllowed(
                _("That is more than there should be in the drawer."),
                hint=_("Type it again; if it is right, enter what is missing as a float entry first."),
            )
        reference = given.reference.strip()[:LONGEST_REFERENCE]
        movement = CashMovement(
            shift.shift_id, kind, tender.tender_id, amount, reference, context.approved_by, tender.currency or ""
        )
        context.journal(CASH, movement)
        money = Money(amount, tender.currency or context.record.store.currency)
        return OperationResult(
            _("{what}: {amount}, {tender}", what=MOVEMENTS[kind], amount=money, tender=literal(tender.name))
        )

    return move


def find_tender(context: OperationContext, tender_id: str) -> Tender:
    """A tender of the store: the one of that id, or the first that is cash.

    :raises InvalidInput: there is none.
    """
    for tender in context.record.tenders:
        if tender.tender_id == tender_id or (not tender_id and tender.kind == "cash"):
            return tender
    raise InvalidInput(
        _("The store has no tender {tender}.", tender=literal(tender_id or "cash")), hint=_("Ask headquarters.")
    )


def _checked(context: OperationContext, amount: Decimal, tender: Tender, kind: MovementKind) -> Decimal:
    currency = tender.currency or context.record.store.currency
    amount = check_amount(amount, currency)
    if not amount and kind != "start_amount":
        raise InvalidInput(_("The amount must be above 0."), hint=_("Type the amount again."))
    if tender.rounding is not None and amount % tender.rounding:
        raise InvalidInput(
            _("Cash comes in whole {unit}.", unit=Money(tender.rounding, currency)), hint=_("Type the amount again.")
        )
    return amount
