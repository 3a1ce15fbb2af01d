"""A Z's figures beside the server's own, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kassa.money import ZERO
from kassa.shift_report import ShiftReport
from kassa.text import Number, Text, literal, texts
from kassa_server.headquarters.own_sums import OwnSum

_, n_ = texts("kassa_server")
NOTHING = (ZERO, ZERO)


@dataclass(frozen=True)
class Compared:
    """One figure: as the Z states it, and as the server has summed it. An amount, unless ``count``."""

    label: Text
    stated: Decimal
    own: Decimal
    count: bool = False

    @property
    def agrees(self) -> bool:
        """Whether they are the same."""
        return self.stated == self.own


def compare(report: ShiftReport, own: OwnSum) -> Iterator[Compared]:
    """Receipts, total, discounts, cash rounding, tax for each rate, payments by tender."""
    figures = report.figures
    yield Compared(_("Receipts"), Decimal(figures.receipts), Decimal(own.receipts), count=True)
    yield Compared(_("Total"), figures.total, own.total)
    if figures.discounts.amount or own.discount:
        yield Compared(_("Discounts"), figures.discounts.amount, own.discount)
    if figures.rounding or own.rounding:
        yield Compared(_("Cash rounding"), figures.rounding, own.rounding)
    yield from _taxes(report, own)
    yield from _tenders(report, own)


def _taxes(report: ShiftReport, own: OwnSum) -> Iterator[Compared]:
    stated = {(tax.tax_code, tax.rate.normalize()): (tax.base, tax.tax) for tax in report.figures.taxes}
    for code, rate in sorted(stated.keys() | own.taxes.keys()):
        names = {"rate": Number(rate * 100), "code": literal(code)}
        of_z, of_server = stated.get((code, rate), NOTHING), own.taxes.get((code, rate), NOTHING)
        yield Compared(_("Base of tax {rate} % ({code})", **names), of_z[0], of_server[0])
        yield Compared(_("Tax {rate} % ({code})", **names), of_z[1], of_server[1])


def _tenders(report: ShiftReport, own: OwnSum) -> Iterator[Compared]:
    stated = {tender.tender_id: tender for tender in report.figures.tenders}
    for tender_id in sorted(stated.keys() | own.tenders.keys()):
        found = stated.get(tender_id)
        name = literal(tender_id if found is None else found.name)
        paid = ZERO if found is None else found.paid.amount
        yield Compared(name, paid, own.tenders.get(tender_id, (0, ZERO))[1])
