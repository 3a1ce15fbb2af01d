"""What X and Z come to is what the journal's sales come to, whatever their order and however they are divided."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.sale.strategies import sale, transactions

from kassa.journal import EntryBody
from kassa.journal.entry import FORMAT, SalePayload, raw
from kassa.model import Payment, Transaction
from kassa.sale.totals import Totals, compute
from kassa.shift_report import ShiftFigures
from kassa_shift.counting import Counting

ZERO = Decimal(0)
AT = datetime(2026, 1, 2, tzinfo=UTC)


def paid(transaction: Transaction, tender: str) -> SalePayload:
    """The transaction, paid exactly."""
    total = compute(transaction).total
    payment = Payment("p1", tender, tender, tender.title(), total, total)
    done = replace(transaction, currency="SEK", payments=(payment,))
    return SalePayload(done, compute(done))


def entry(sequence: int, payload: SalePayload) -> EntryBody:
    """Its entry in the journal."""
    return EntryBody(
        FORMAT, "0" * 32, sequence, f"{sequence:032x}", "sale", "S1", "R1", AT, AT.isoformat(), raw(payload),
        receipt_number=f"S1-R1-1-{sequence:06}",
    )  # fmt: skip


def counted(entries: list[EntryBody], carried: ShiftFigures | None = None) -> ShiftFigures:
    counting = Counting(carried)
    for one in entries:
        counting.take(one)
    return counting.figures()


def in_any_order(figures: ShiftFigures) -> ShiftFigures:
    """Without what tells the order."""
    return replace(figures, sold=tuple(sorted(figures.sold, key=lambda one: one.receipt_number)), parts=())


sek = transactions(least=1, voided=True).map(lambda made: replace(made, currency="SEK"))
payloads = st.lists(st.builds(paid, sek, st.sampled_from(["cash", "card"])), max_size=6)


@settings(max_examples=60)
@given(payloads, st.randoms(use_true_random=False), st.integers(0, 6))
def test_the_sum_is_the_journals_whatever_the_order(
    sales: list[SalePayload], shuffled: random.Random, cut: int
) -> None:
    """Counted in another order, or in two parts of which one is carried to the other, the figures are the same; and
    they are the sums of what the sales themselves say."""
    entries = [entry(number, payload) for number, payload in enumerate(sales, 1)]
    figures = counted(entries)
    other = list(entries)
    shuffled.shuffle(other)
    assert in_any_order(counted(other)) == in_any_order(figures)
    assert in_any_order(counted(entries[cut:], counted(entries[:cut]))) == in_any_order(figures)
    totals = [payload.totals for payload in sales]
    assert figures.receipts == len(sales)
    assert figures.total == figures.sales.amount + figures.returns.amount == sum((one.total for one in totals), ZERO)
    assert sum((one.paid.amount for one in figures.tenders), ZERO) == sum((one.paid for one in totals), ZERO)
    assert sum((one.tax for one in figures.taxes), ZERO) == sum((one.tax for one in totals), ZERO)
    assert sum((one.base + one.tax for one in figures.taxes), ZERO) == figures.total
    assert figures.discounts.amount == sum((one.discount for one in totals), ZERO)
    assert sum((one.total for one in figures.sold), ZERO) == figures.total


def test_training_is_in_no_other_figure() -> None:
    """It is counted, and that is all."""
    transaction = sale()
    payload = SalePayload(transaction, compute(transaction))
    figures = counted([replace(entry(1, payload), training=True)])
    assert figures.training.count == 1
    assert (figures.receipts, figures.total, figures.sold) == (0, 0, ())


def test_totals_are_read_and_not_worked_out_again() -> None:
    """A report says what the receipts said, even if the arithmetic has changed since."""
    transaction = sale()
    totals: Totals = replace(compute(transaction), total=Decimal("12.34"))
    assert counted([entry(1, SalePayload(transaction, totals))]).total == Decimal("12.34")
