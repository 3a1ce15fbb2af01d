"""Counting what a shift comes to, entry by entry. The order of the entries changes nothing but which count of a tender
is the latest."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kassa.journal import EntryBody
from kassa.journal.entry import CopyPayload, SalePayload
from kassa.model import Payment, Transaction
from kassa.sale.foreign import foreign_of
from kassa.sale.totals import Totals
from kassa.shift_report import (
    ZERO,
    Movement,
    MovementKind,
    SeriesPart,
    ShiftFigures,
    Sold,
    Tally,
    TaxTotal,
    TenderCount,
    TenderTotal,
)
from kassa_shift.events import CashMovement, TenderDeclaration

_SALE = msgspec.json.Decoder(SalePayload)
NOTHING = Tally()


class Counting:
    """What has been counted so far.

    :param carried: what to begin with.
    """

    def __init__(self, carried: ShiftFigures | None = None) -> None:
        self._plain = ShiftFigures()
        self._taxes: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
        self._tenders: dict[str, TenderTotal] = {}
        self._movements: dict[tuple[MovementKind, str, str], Tally] = {}
        self._counts: dict[str, TenderCount] = {}
        self._sold: list[Sold] = []
        self._parts: dict[str, tuple[int, int]] = {}
        self._carried_parts: list[SeriesPart] = []
        if carried is not None:
            self.add(carried)

    def figures(self) -> ShiftFigures:
        """What it comes to."""
        taxes = (TaxTotal(code, rate, *amounts) for (code, rate), amounts in sorted(self._taxes.items()))
        moved = (Movement(kind, tender, tally, currency) for (kind, tender, currency), tally in self._movements.items())
        return msgspec.structs.replace(
            self._plain,
            taxes=tuple(taxes),
            tenders=tuple(tender for _id, tender in sorted(self._tenders.items())),
            movements=tuple(sorted(moved, key=lambda one: (one.kind, one.tender_id))),
            counts=tuple(count for _id, count in sorted(self._counts.items())),
            sold=tuple(self._sold),
            parts=(*self._carried_parts, *(SeriesPart(series, *span) for series, span in self._parts.items())),
        )

    def add(self, other: ShiftFigures) -> None:
        """Add what was counted elsewhere."""
        self._sum(other)
        for tax in other.taxes:
            self._add_tax(tax.tax_code, tax.rate, tax.base, tax.tax)
        for tender in other.tenders:
            self._add_tender(tender)
        for one in other.movements:
            self._add_movement(one.kind, one.tender_id, one.currency, one.moved)
        self._counts.update({count.tender_id: count for count in other.counts})
        self._sold.extend(other.sold)
        # Not merged: between two times that a shift was open here, another may have been.
        self._carried_parts.extend(other.parts)

    def _sum(self, other: ShiftFigures) -> None:
        plain = self._plain
        self._plain = ShiftFigures(
            receipts=plain.receipts + other.receipts,
            total=plain.total + other.total,
            sales=plain.sales + other.sales,
            returns=plain.returns + other.returns,
            discounts=plain.discounts + other.discounts,
            rounding=plain.rounding + other.rounding,
            quantity=plain.quantity + other.quantity,
            voids=plain.voids + other.voids,
            voided_lines=plain.voided_lines + other.voided_lines,
            price_overrides=plain.price_overrides + other.price_overrides,
            copies=plain.copies + other.copies,
            drawer_openings=plain.drawer_openings + other.drawer_openings,
            training=plain.training + other.training,
        )

    def take(self, entry: EntryBody) -> None:
        """Count a journal entry: a sale, a void, a receipt's copy, an opening of the drawer."""
        first, last = self._parts.get(entry.series, (entry.sequence, entry.sequence))
        self._parts[entry.series] = (min(first, entry.sequence), max(last, entry.sequence))
        if entry.kind in ("sale", "void"):
            self._take_transaction(entry, _SALE.decode(entry.payload))
        elif entry.kind == "drawer":
            self._sum(ShiftFigures(drawer_openings=1))
        elif entry.kind == "copy":
            copied = msgspec.json.decode(entry.payload, type=CopyPayload)
            self._sum(ShiftFigures(copies=Tally(1, copied.amount)))

    def _take_transaction(self, entry: EntryBody, payload: SalePayload) -> None:
        sale, totals = payload.transaction, payload.totals
        if entry.training:
            self._sum(ShiftFigures(training=Tally(1, totals.total)))
        elif entry.kind == "void":
            self._sum(ShiftFigures(voids=Tally(1, totals.total)))
        else:
            self._sum(_of_sale(sale, totals))
            self._sold.append(Sold(entry.receipt_number or "", totals.total))
            for tax in totals.taxes:
                self._add_tax(tax.tax_code, tax.rate, tax.base, tax.tax)
            for payment in sale.valid_payments:
                paid = Tally(1, payment.amount)
                self._add_tender(_of_payment(payment, paid))

    def move(self, movement: CashMovement) -> None:
        """Count a cash movement. The start amount is declared, not added: a later one takes its place."""
        tally = Tally(1, movement.amount)
        if movement.kind == "start_amount":
            self._movements.pop((movement.kind, movement.tender_id, movement.currency), None)
        self._add_movement(movement.kind, movement.tender_id, movement.currency, tally)

    def declare(self, declared: TenderDeclaration) -> None:
        """Count a tender declaration."""
        self._counts[declared.tender_id] = TenderCount(
            declared.tender_id, declared.name, declared.amount, declared.currency
        )

    def _add_tax(self, code: str, rate: Decimal, base: Decimal, tax: Decimal) -> None:
        before = self._taxes.get((code, rate), (ZERO, ZERO))
        self._taxes[code, rate] = (before[0] + base, before[1] + tax)

    def _add_tender(self, tender: TenderTotal) -> None:
        before = self._tenders.get(tender.tender_id)
        paid = tender.paid if before is None else before.paid + tender.paid
        foreign = tender.foreign if before is None else before.foreign + tender.foreign
        self._tenders[tender.tender_id] = msgspec.structs.replace(tender, paid=paid, foreign=foreign)

    def _add_movement(self, kind: MovementKind, tender_id: str, currency: str, tally: Tally) -> None:
        moved = (kind, tender_id, currency)
        self._movements[moved] = self._movements.get(moved, NOTHING) + tally


def _of_payment(payment: Payment, paid: Tally) -> TenderTotal:
    foreign = foreign_of(payment)
    if foreign is None:
        return TenderTotal(payment.tender_id, payment.name, paid)
    return TenderTotal(payment.tender_id, payment.name, paid, foreign.currency, foreign.amount)


def _of_sale(sale: Transaction, totals: Totals) -> ShiftFigures:
    """One receipt."""
    sold = returned = voided = ZERO
    with_sold = with_returned = False
    voids = overrides = 0
    for line, amounts in zip(sale.lines, totals.lines, strict=True):
        if line.voided:
            voids, voided = voids + 1, voided + line.unit_price * line.quantity
            continue
        worth = amounts.net if sale.tax_included else amounts.net + amounts.tax
        overrides += line.price_override is not None
        if line.quantity < 0:
            with_returned, returned = True, returned + worth
        else:
            with_sold, sold = True, sold + worth
    return ShiftFigures(
        receipts=1,
        total=totals.total,
        sales=Tally(int(with_sold), sold),
        returns=Tally(int(with_returned), returned) if with_returned else NOTHING,
        discounts=Tally(1, totals.discount) if totals.discount else NOTHING,
        rounding=totals.rounding,
        quantity=totals.quantity,
        voided_lines=Tally(voids, voided) if voids else NOTHING,
        price_overrides=overrides,
        # The drawer opens where cash changes hands.
        drawer_openings=int(any(payment.kind == "cash" for payment in sale.valid_payments)),
    )
