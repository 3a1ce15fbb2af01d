"""1052 Tender declaration: what is counted in the drawer, note by note in each currency, and what else was taken.

What was counted so far is kept, so that a register that loses power does not have the drawer counted again. How much
there should be is not shown while it is counted: that stands on X and Z.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from kassa.errors import NOTHING_LOST, InvalidInput
from kassa.model import Tender
from kassa.money import check_amount, read_count
from kassa.operations import OperationContext, OperationResult
from kassa.shift_report import ZERO
from kassa.text import Money, literal, texts
from kassa_shift.book import PLUGIN, book_of
from kassa_shift.cash import find_tender
from kassa_shift.count_window import count_window
from kassa_shift.denominations import denominations_of
from kassa_shift.elsewhere import not_aside
from kassa_shift.events import DECLARATION, TenderDeclaration
from kassa_shift.opening import needed_shift
from kassa_shift.settings import settings_of

_, n_ = texts("kassa_shift")
DRAFT = "count"


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do; nothing: show the window to count in.

    :param tender: which; none: cash. ``shift_id``: of which shift that was closed blind; none: the open one.
    :param action: ``count``: so many (``count``) of one ``denomination``; ``clear``: begin again; ``declare``: this is
        what is there: what was counted so far, or ``counts`` by denomination, or ``amount``.
    """

    action: Literal["", "count", "clear", "declare"] = ""
    tender: str = ""
    shift_id: str = ""
    denomination: str = ""
    count: str | int = 0
    counts: dict[str, str | int] = {}
    amount: Decimal | None = None


class Draft(msgspec.Struct, frozen=True):
    """What was counted so far."""

    shift_id: str
    tender_id: str
    counts: dict[str, int] = {}


def declare(context: OperationContext) -> OperationResult:
    """1052: count a tender.

    :raises kassa.errors.NotAvailable: no shift is open.
    :raises kassa.errors.NotFound: the shift that is named is not put aside here.
    :raises kassa.errors.InvalidInput: a count that is no whole number, an unknown denomination or tender.
    """
    given: Declared = context.parameters
    shift_id, tender = _shift_id(context, given.shift_id), find_tender(context, given.tender)
    draft = _draft(context, shift_id, tender)
    match given.action:
        case "count":
            draft = _counted(context, tender, draft, {given.denomination: given.count})
        case "clear":
            draft = Draft(shift_id, tender.tender_id)
        case "declare":
            return _declare(context, _counted(context, tender, draft, given.counts), tender, given.amount)
    context.register.keep_setting(PLUGIN, _kept_as(tender), msgspec.json.encode(draft).decode())
    window = count_window(context.record, tender, draft.counts, _known(context, tender), given.shift_id)
    return OperationResult(window=window)


def _shift_id(context: OperationContext, asked: str) -> str:
    if not asked:
        return needed_shift(context)[1].shift_id
    if asked not in book_of(context.register).follow().away:
        raise not_aside()
    return asked


def _draft(context: OperationContext, shift_id: str, tender: Tender) -> Draft:
    kept = context.register.setting(PLUGIN, _kept_as(tender))
    if kept is not None:
        try:
            draft = msgspec.json.decode(kept, type=Draft)
        except msgspec.MsgspecError:
            draft = Draft("", "")
        if (draft.shift_id, draft.tender_id) == (shift_id, tender.tender_id):
            return draft
    return Draft(shift_id, tender.tender_id)


def _kept_as(tender: Tender) -> str:
    """Each tender has a draft of its own: whoever counts euro in between goes on with the kronor after."""
    return f"{DRAFT}.{tender.tender_id}"


def _known(context: OperationContext, tender: Tender) -> tuple[Decimal, ...]:
    """The notes and coins of a tender, largest first; of a foreign currency those that are taken."""
    set_by_retailer = settings_of(context.record).denominations
    if tender.currency is None:
        return denominations_of(context.record.store.currency, set_by_retailer)
    known = denominations_of(tender.currency, set_by_retailer)
    return tuple(value for value in known if tender.rounding is None or not value % tender.rounding)


def _counted(context: OperationContext, tender: Tender, draft: Draft, counts: dict[str, str | int]) -> Draft:
    """The draft with these counts in it.

    :raises InvalidInput: one is no whole number, or there is no such note or coin.
    """
    known = {str(value) for value in _known(context, tender)}
    unknown = [name for name in counts if name not in known]
    if unknown:
        raise InvalidInput(
            _("There is no note or coin of {value}.", value=literal(unknown[0][:40])),
            kept=NOTHING_LOST,
            hint=_("Choose one that is listed."),
        )
    read = {name: read_count(str(count)) for name, count in counts.items()}
    return Draft(draft.shift_id, draft.tender_id, {**draft.counts, **read})


def _declare(context: OperationContext, draft: Draft, tender: Tender, amount: Decimal | None) -> OperationResult:
    currency = tender.currency or context.record.store.currency
    if amount is None and not draft.counts:
        raise InvalidInput(
            _("Nothing was counted yet."), kept=NOTHING_LOST, hint=_("Count first; type 0 for what is not there.")
        )
    by_note = draft.counts if amount is None else {}
    total = sum((Decimal(value) * count for value, count in by_note.items()), ZERO)
    if amount is not None:
        total = check_amount(amount, currency)
    declared = TenderDeclaration(draft.shift_id, tender.tender_id, tender.name, total, by_note, tender.currency or "")
    context.journal(DECLARATION, declared)
    context.register.keep_setting(PLUGIN, _kept_as(tender), None)
    book_of(context.register).follow()
    counted = Money(total, currency)
    return OperationResult(_("Counted: {amount}, {tender}", amount=counted, tender=literal(tender.name)), data=declared)
