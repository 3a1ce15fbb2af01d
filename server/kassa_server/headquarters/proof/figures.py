"""What a register's journalled sales of a period come to, by currency. Made from the entries' own bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from kassa.journal.entry import SalePayload
from kassa.model import ZERO, Transaction
from kassa.sale.totals import Totals


class Tally(msgspec.Struct, frozen=True):
    """How many, and what they come to."""

    count: int = 0
    amount: Decimal = ZERO

    def plus(self, amount: Decimal) -> Tally:
        """One more."""
        return Tally(self.count + 1, self.amount + amount)


class TaxFigure(msgspec.Struct, frozen=True):
    """Tax of one code and rate (a fraction); ``base`` is without tax."""

    tax_code: str
    rate: Decimal
    base: Decimal
    tax: Decimal


class TenderFigure(msgspec.Struct, frozen=True):
    """What was paid in one tender, less the change given and what was paid out."""

    tender_id: str
    name: str
    count: int
    amount: Decimal


class CurrencyFigures(msgspec.Struct, frozen=True):
    """Amounts in one currency, as customers pay them: tax included.

    :param sales: transactions with sold lines, and those lines' amount. One that also takes goods back counts in both.
    :param returns: transactions with returned lines, and those lines' amount, below zero.
    :param total: sales + returns, which is ``net`` + ``tax``.
    :param rounding: what cash rounding has added; total + rounding is what the tenders add up to.
    :param voids: transactions that were voided before they were finished: no receipt, in no other figure.
    :param training: transactions in training mode: in no other figure.
    """

    currency: str
    sales: Tally
    returns: Tally
    voids: Tally
    training: Tally
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    rounding: Decimal
    taxes: tuple[TaxFigure, ...]
    tenders: tuple[TenderFigure, ...]


_NONE = Tally()


@dataclass
class CurrencySum:
    """Adds transactions of one currency up."""

    currency: str
    sales: Tally = _NONE
    returns: Tally = _NONE
    voids: Tally = _NONE
    training: Tally = _NONE
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    rounding: Decimal = ZERO
    taxes: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = field(default_factory=dict)
    tenders: dict[str, tuple[str, Tally]] = field(default_factory=dict)

    def add(self, payload: SalePayload, *, voided: bool, training: bool) -> None:
        """One more transaction."""
        totals = payload.totals
        if training:
            self.training = self.training.plus(totals.total)
        elif voided:
            self.voids = self.voids.plus(totals.total)
        else:
            self._add_lines(payload.transaction, totals)
            self._add_payments(payload.transaction)
            self.discount += totals.discount
            self.tax += totals.tax
            self.total += totals.total
            self.rounding += totals.rounding
            for tax in totals.taxes:
                base, amount = self.taxes.get((tax.tax_code, tax.rate), (ZERO, ZERO))
                self.taxes[tax.tax_code, tax.rate] = (base + tax.base, amount + tax.tax)

    def _add_lines(self, sale: Transaction, totals: Totals) -> None:
        amounts = {line.line_id: line.net if sale.tax_included else line.net + line.tax for line in totals.lines}
        sold = [amounts[line.line_id] for line in sale.sold_lines if line.quantity > 0]
        returned = [amounts[line.line_id] for line in sale.sold_lines if line.quantity < 0]
        if sold or not returned:
            self.sales = self.sales.plus(sum(sold, ZERO))
        if returned:
            self.returns = self.returns.plus(sum(returned, ZERO))

    def _add_payments(self, sale: Transaction) -> None:
        for payment in sale.valid_payments:
            _name, tally = self.tenders.get(payment.tender_id, ("", Tally()))
            self.tenders[payment.tender_id] = (payment.name, tally.plus(payment.amount))

    def figures(self) -> CurrencyFigures:
        """The sums as they stand."""
        return CurrencyFigures(
            self.currency, self.sales, self.returns, self.voids, self.training, self.discount,
            self.total - self.tax, self.tax, self.total, self.rounding,
            tuple(TaxFigure(*key, *sums) for key, sums in sorted(self.taxes.items())),
            tuple(
                TenderFigure(tender, name, tally.count, tally.amount)
                for tender, (name, tally) in sorted(self.tenders.items())
            ),
        )  # fmt: skip


def in_order(sums: Iterable[CurrencySum]) -> tuple[CurrencyFigures, ...]:
    """Figures by currency, in the order of the currencies' codes."""
    return tuple(one.figures() for one in sorted(sums, key=lambda one: one.currency))
