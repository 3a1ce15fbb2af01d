"""The sale's lines and totals, as drawn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kassa.model import Discount, Line, Transaction
from kassa.money import ZERO
from kassa.register.face import RegisterView
from kassa.sale.totals import LineAmounts, Totals
from kassa.text import Text, texts
from kassa_ui.presenters.speech import Speech

_, n_ = texts("kassa_ui")

WINDOW = 300
"""As many lines are drawn at a time; earlier ones are a tap away."""
NEAR = 5


@dataclass(frozen=True)
class LineRow:
    """One line as drawn."""

    line_id: str
    quantity: str
    name: str
    detail: str
    amount: str
    selected: bool
    voided: bool


@dataclass(frozen=True)
class TotalsPanel:
    """What stands below the lines: small rows of label and value, what is paid (it can be pressed), what is to pay."""

    rows: tuple[tuple[str, str], ...]
    label: str
    amount: str
    paid: tuple[str, str] = ("", "")


def line_rows(view: RegisterView, selected: str | None, speech: Speech, *, window: int = WINDOW) -> tuple[LineRow, ...]:
    """At most ``window`` lines of the sale in progress: the last ones, or those around the selected line."""
    if view.transaction is None:
        return ()
    amounts = {line.line_id: line for line in view.totals.lines} if view.totals else {}
    return tuple(
        _row(line, amounts.get(line.line_id), line.line_id == selected, speech)
        for line in in_sight(view.transaction.lines, selected, window)
    )


def in_sight(lines: tuple[Line, ...], selected: str | None, window: int) -> tuple[Line, ...]:
    """The last ``window`` lines; where an earlier one is selected, or one of the first in sight, those around it."""
    start = max(0, len(lines) - window)
    place = next((place for place, line in enumerate(lines) if line.line_id == selected), start + NEAR)
    if place < start + NEAR:
        start = max(0, place - window // 2)
    return lines[start : start + window]


def one_line(view: RegisterView, line_id: str | None, speech: Speech) -> str:
    """The line in a few words, for a question about it: name, quantity, price per unit as it is now; none: empty."""
    lines = view.transaction.lines if view.transaction is not None else ()
    line = next((line for line in lines if line.line_id == line_id), None)
    if line is None:
        return ""
    per_unit = f"{speech.amount(line.unit_price)} /{speech.unit(line.item.unit)}"
    return " · ".join((line.item.description, speech.number(line.quantity), per_unit))


def _row(line: Line, amounts: LineAmounts | None, selected: bool, speech: Speech) -> LineRow:
    return LineRow(
        line_id=line.line_id,
        quantity=speech.number(line.quantity),
        name=line.item.description,
        detail=_detail(line, amounts, speech),
        amount="" if line.voided or amounts is None else speech.amount(amounts.net),
        selected=selected,
        voided=line.voided,
    )


def _detail(line: Line, amounts: LineAmounts | None, speech: Speech) -> str:
    """The small line: how the amount came about, most telling first."""
    if line.voided:
        return speech(_("Removed"))
    parts = [f"{each.name} {speech.amount(-each.amount)}" for each in line.discount_lines]
    by_hand = ZERO if amounts is None else amounts.discount - sum((each.amount for each in line.discount_lines), ZERO)
    if line.discount is not None:
        parts.append(speech(_discount(line.discount, speech)))
    if by_hand:
        parts.append(speech.amount(-by_hand))
    if line.price_override is not None:
        parts.append(speech(_("Price changed from {price}", price=speech.amount(line.item.unit_price))))
    if line.return_of is not None or line.quantity < 0:
        parts.append(speech(_("Return")))
    if not parts:
        parts.append(line.item.barcode or line.item.number if line.item.unit == "pcs" else speech.unit(line.item.unit))
    if line.extra.get("serial_number"):
        parts.append(str(line.extra["serial_number"]))
    if abs(line.quantity) != 1 and line.discount is None:
        parts.append(f"{speech.amount(line.unit_price)} /{speech.unit(line.item.unit)}")
    if line.comment:
        parts.append(line.comment)
    return " · ".join(parts)


def _discount(discount: Discount, speech: Speech) -> Text:
    if discount.kind == "percent":
        return _("Discount {percent} %", percent=speech.number(discount.value))
    return _("Discount")


def totals_panel(view: RegisterView, speech: Speech) -> TotalsPanel:
    """The panel for the sale in progress; without one there is nothing to pay."""
    totals, transaction = view.totals, view.transaction
    if totals is None or transaction is None:
        return TotalsPanel((), speech(_("To pay")), speech.amount(Decimal(0)))
    back = totals.total < 0
    return TotalsPanel(
        rows=tuple(_small_rows(transaction, totals, speech)),
        label=speech(_("To give back") if back else _("To pay")),
        amount=speech.amount(abs(totals.due) if back else totals.due),
        paid=_paid(transaction, totals, speech),
    )


def _small_rows(transaction: Transaction, totals: Totals, speech: Speech) -> list[tuple[str, str]]:
    rows = []
    if transaction.customer is not None:
        rows.append((speech(_("Customer")), f"{transaction.customer.name} · {transaction.customer.number}"))
    articles = n_("{count} article", "{count} articles", count=int(totals.quantity))
    tax = _("{articles} · of which tax", articles=articles)
    if not transaction.tax_included:
        tax = _("{articles} · tax", articles=articles)
    rows.append((speech(tax), speech.amount(totals.tax)))
    if totals.discount:
        rows.append((speech(_("Discount")), speech.amount(-totals.discount)))
    if totals.rounding:
        rows.append((speech(_("Rounding")), speech.amount(totals.rounding)))
    if transaction.valid_payments:
        rows.append((speech(_("Total")), speech.amount(totals.total)))
    return rows


def _paid(transaction: Transaction, totals: Totals, speech: Speech) -> tuple[str, str]:
    if not transaction.valid_payments:
        return "", ""
    paid = ", ".join(payment.name for payment in transaction.valid_payments)
    return speech(_("Paid: {tenders}", tenders=paid)), speech.amount(-totals.paid)
