"""Paying: what the two tender buttons show, and the amounts that a customer is likely to hand over."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from kassa.model import Payment, Tender
from kassa.money import round_to
from kassa.operations import Finished
from kassa.register.face import RegisterView
from kassa.sale.foreign import change_given, foreign_of, is_change
from kassa.sale.totals import compute
from kassa.text import texts
from kassa_ui.presenters.speech import Speech

_, n_ = texts("kassa_ui")

PAY_CASH = 200
PAY_CARD = 201
STEPS = tuple(Decimal(step) for step in (10, 20, 50, 100, 200, 500, 1000))
"""Whole notes and coins that an amount is rounded up to."""
QUICK = 6


def cash_due(view: RegisterView) -> Decimal:
    """What is to pay in cash: the rest, rounded as the store's cash tender says."""
    due = view.totals.due if view.totals else Decimal(0)
    rounding = cash_rounding(view.record.tenders)
    return round_to(due, rounding) if rounding else due


def cash_rounding(tenders: tuple[Tender, ...]) -> Decimal | None:
    """The smallest amount payable in cash; None: the currency's own."""
    return next((tender.rounding for tender in tenders if tender.kind == "cash"), None)


def quick_amounts(due: Decimal) -> tuple[Decimal, ...]:
    """``due`` itself, then what is likely to be handed over for it, smallest first.

    A step far below the amount is no note that anybody would add to it.
    """
    amounts = [due]
    for step in STEPS:
        if step * 100 < due:
            continue
        amount = (due / step).to_integral_value(ROUND_CEILING) * step
        if amount not in amounts:
            amounts.append(amount)
    return tuple(sorted(amounts))[:QUICK]


@dataclass(frozen=True)
class FinishedDrawn:
    """The end of a sale: the change, large, until the next sale starts."""

    label: str
    amount: str
    rows: tuple[tuple[str, str], ...]


def finished_drawn(finished: Finished, speech: Speech) -> FinishedDrawn | None:
    """How ``finished`` is shown; None for what is no sale or return."""
    transaction = finished.transaction
    if transaction is None or transaction.voided:
        return None
    payments = transaction.valid_payments
    change = change_given(transaction)
    payments = tuple(payment for payment in payments if not is_change(payment))
    given_back = sum((-payment.tendered for payment in payments if payment.tendered < 0), Decimal(0))
    rows = [(speech(_("Total")), speech.amount(compute(transaction).total))]
    rows += [(payment.name, _handed(payment, speech)) for payment in payments]
    rounding = sum((payment.rounding for payment in transaction.valid_payments), Decimal(0))
    if rounding:
        rows.append((speech(_("Rounding")), speech.amount(rounding)))
    if finished.receipt_number:
        rows.append((speech(_("Receipt")), finished.receipt_number))
    if given_back:
        return FinishedDrawn(speech(_("Give back")), speech.amount(given_back), tuple(rows))
    return FinishedDrawn(speech(_("Change")), speech.amount(change), tuple(rows))


def _handed(payment: Payment, speech: Speech) -> str:
    """What was handed over, in the currency that it was handed over in."""
    foreign = foreign_of(payment)
    if foreign is None:
        return speech.amount(payment.tendered)
    return f"{speech.money(foreign.amount, foreign.currency)} = {speech.amount(payment.tendered)}"
