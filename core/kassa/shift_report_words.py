"""X and Z reports in words: sections of labelled facts, for a window, a printer or a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kassa.shift_report import MovementKind, ShiftFigures, ShiftReport, Tally
from kassa.text import Moment, Money, Number, Text, literal, texts
from kassa.windows import Row

_, n_ = texts("kassa")
_PER_CENT = Decimal(100)

MOVEMENTS: dict[MovementKind, Text] = {
    "start_amount": _("Start amount"),
    "float_entry": _("Float entry"),
    "tender_removal": _("Tender removal"),
    "safe_drop": _("Safe drop"),
    "bank_drop": _("Bank drop"),
}
"""The movements' names."""


@dataclass(frozen=True)
class Section:
    """Facts that belong together, under a title."""

    title: Text
    rows: tuple[Row, ...]


def person(staff_id: str, name: str) -> Text:
    """Somebody by number and name, as far as the name is known."""
    return literal(f"{staff_id} {name}".strip())


def title(report: ShiftReport) -> Text:
    """What the report is called."""
    if report.kind == "X":
        return _("X report")
    number = literal(str(report.number))
    return _("Z report {number} (copy)", number=number) if report.copy else _("Z report {number}", number=number)


def sections(report: ShiftReport) -> tuple[Section, ...]:
    """All that a report says, from top to bottom; sections without a fact are left out."""
    words = _Words(report)
    made = (
        (_("Shift"), words.shift),
        (_("Sales"), words.sales),
        (_("Tax"), words.taxes),
        (_("Payments"), words.tenders),
        (_("Cash drawer"), words.drawer),
        (_("Counted"), words.counts),
        (_("Also counted"), words.others),
        (_("Grand totals"), words.grand_totals),
    )
    found = (Section(name, tuple(rows())) for name, rows in made)
    return tuple(section for section in found if section.rows)


class _Words:
    """The rows of each section."""

    def __init__(self, report: ShiftReport) -> None:
        self._report = report
        self._figures: ShiftFigures = report.figures

    def _money(self, amount: Decimal, currency: str = "") -> Money:
        return Money(amount, currency or self._report.currency)

    def _amount(self, amount: Decimal) -> Text:
        return _("{amount}", amount=self._money(amount))

    def _tally(self, tally: Tally, currency: str = "") -> Text:
        return _("{count} · {amount}", count=tally.count, amount=self._money(tally.amount, currency))

    def shift(self) -> Iterator[Row]:
        report = self._report
        place = literal(f"{report.store_name} · {report.store_id} · {report.register_id}")
        yield Row(_("Store and register"), place)
        if report.drawer != report.register_id:
            yield Row(_("Cash drawer"), literal(report.drawer))
        yield Row(_("Opened"), self._when(report.opened_at, report.opened_by, report.opened_by_name))
        yield Row(_("Report made"), self._when(report.made_at, report.made_by, report.made_by_name))
        if report.approved_by is not None:
            yield Row(_("Approved by"), person(report.approved_by, report.approved_by_name))

    @staticmethod
    def _when(at: datetime, who: str, name: str) -> Text:
        return _("{time} by {staff}", time=Moment(at, "date"), staff=person(who, name))

    def sales(self) -> Iterator[Row]:
        figures = self._figures
        yield Row(_("Total"), self._amount(figures.total))
        yield Row(_("Receipts"), _("{count}", count=figures.receipts))
        yield Row(_("Sales"), self._tally(figures.sales))
        yield Row(_("Returns"), self._tally(figures.returns))
        yield Row(_("Discounts"), self._tally(figures.discounts))
        yield Row(_("Articles"), _("{number}", number=Number(figures.quantity)))
        if figures.rounding:
            yield Row(_("Cash rounding"), self._amount(figures.rounding))

    def taxes(self) -> Iterator[Row]:
        for tax in self._figures.taxes:
            name = _("Tax {rate} %", rate=Number((tax.rate * _PER_CENT).normalize()))
            yield Row(name, _("{tax} on {base}", tax=self._money(tax.tax), base=self._money(tax.base)))

    def tenders(self) -> Iterator[Row]:
        for tender in self._figures.tenders:
            yield Row(literal(tender.name), self._tally(tender.paid))
            if tender.currency:
                yield Row(literal(f"  {tender.currency}"), _("{amount}", amount=Money(tender.foreign, tender.currency)))

    def drawer(self) -> Iterator[Row]:
        for movement in self._figures.movements:
            yield Row(MOVEMENTS[movement.kind], self._tally(movement.moved, movement.currency))

    def counts(self) -> Iterator[Row]:
        for count in self._figures.counts:
            over = self._figures.over(count)
            counted, differs = self._money(count.amount, count.currency), self._money(abs(over), count.currency)
            if over > 0:
                value = _("{counted} · {over} over", counted=counted, over=differs)
            elif over < 0:
                value = _("{counted} · {short} short", counted=counted, short=differs)
            else:
                value = _("{counted} · right", counted=counted)
            yield Row(literal(count.name), value)

    def others(self) -> Iterator[Row]:
        figures = self._figures
        tallies: tuple[tuple[Text, Tally], ...] = (
            (_("Voided transactions"), figures.voids),
            (_("Voided lines"), figures.voided_lines),
            (_("Receipt copies"), figures.copies),
            (_("Training"), figures.training),
        )
        for name, tally in tallies:
            yield Row(name, self._tally(tally))
        yield Row(_("Price changes"), _("{count}", count=figures.price_overrides))
        yield Row(_("Drawer openings"), _("{count}", count=figures.drawer_openings))

    def grand_totals(self) -> Iterator[Row]:
        totals = self._report.grand_totals
        yield Row(_("Sales"), self._amount(totals.sales))
        yield Row(_("Returns"), self._amount(totals.returns))
        yield Row(_("Net"), self._amount(totals.net))
