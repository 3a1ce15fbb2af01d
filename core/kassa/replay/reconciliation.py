"""Comparing the books, to the penny: what was lost, doubled, changed or added, per day and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from kassa.replay.books import Book, BookLine, BookPayment, BookSale
from kassa.replay.invoices import Invoice

_ZERO = Decimal(0)


class Figures(msgspec.Struct, frozen=True):
    """What a day comes to in one book. ``sales`` are those with something sold, ``returns`` the rest."""

    sales: int = 0
    returns: int = 0
    lines: int = 0
    quantity: Decimal = _ZERO
    amount: Decimal = _ZERO
    cash: Decimal = _ZERO
    card: Decimal = _ZERO

    def __add__(self, other: Figures) -> Figures:
        added = (getattr(self, name) + getattr(other, name) for name in self.__struct_fields__)
        return Figures(*added)


class Compared(msgspec.Struct, frozen=True):
    """One book against the file."""

    book: str
    days: dict[date | None, Figures]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    strange: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def total(self) -> Figures:
        """All days together."""
        return sum(self.days.values(), Figures())

    @property
    def exact(self) -> bool:
        """Whether the book says what the file says."""
        return not (self.lost or self.doubled or self.strange or self.differing)


class Reconciliation(msgspec.Struct, frozen=True):
    """The outcome. ``file`` are the figures that the file itself comes to; ``problems`` everything that is off."""

    file: dict[date, Figures]
    compared: tuple[Compared, ...]
    receipts: int
    entries: int
    problems: tuple[str, ...]

    @property
    def proven(self) -> bool:
        """Whether every sale of the file is in every book, once, to the penny."""
        return not self.problems

    @property
    def file_total(self) -> Figures:
        """All days of the file together."""
        return sum(self.file.values(), Figures())


def reconcile(invoices: Sequence[Invoice], file: Book, journal: Book, channel: Book) -> Reconciliation:
    """Compare journal and channel database with the file and with each other."""
    day_of = {invoice.number: invoice.day for invoice in invoices}
    expected = _figures(file.sales, day_of)
    compared = tuple(_compare(file, book, day_of) for book in (journal, channel))
    problems = [
        *(f"{book.name}: {what}" for book in (journal, channel) for what in book.wrong),
        *(problem for one in compared for problem in _said(one)),
        *(problem for one in compared for problem in _days_off(expected, one)),
        *_between(journal, channel),
    ]
    return Reconciliation(
        file={day: figures for day, figures in expected.items() if day is not None},
        compared=compared,
        receipts=journal.receipts,
        entries=len(journal.entries),
        problems=tuple(problems),
    )


def _compare(file: Book, book: Book, day_of: Mapping[str, date]) -> Compared:
    wanted = {sale.invoice: sale for sale in file.sales}
    counts = Counter(sale.invoice for sale in book.sales)
    return Compared(
        book=book.name,
        days=_figures(book.sales, day_of),
        lost=tuple(str(invoice) for invoice in wanted if invoice not in counts),
        doubled=tuple(str(invoice) for invoice, count in counts.items() if count > 1 and invoice in wanted),
        strange=tuple(sale.transaction_id for sale in book.sales if sale.invoice not in wanted),
        differing=tuple(
            f"{sale.invoice}: {', '.join(differences)}"
            for sale in book.sales
            if sale.invoice in wanted and (differences := list(_differences(wanted[sale.invoice], sale)))
        ),
    )


def _differences(wanted: BookSale, found: BookSale) -> Iterator[str]:
    if wanted.total != found.total:
        yield f"total {found.total} instead of {wanted.total}"
    if found.amount != found.total:
        yield f"its lines add up to {found.amount} and not to {found.total}"
    if _lines(wanted) != _lines(found):
        missing, added = _lines(wanted) - _lines(found), _lines(found) - _lines(wanted)
        yield f"lines: {_words(missing)} missing, {_words(added)} too many"
    if _payments(wanted) != _payments(found):
        missing_paid, added_paid = _payments(wanted) - _payments(found), _payments(found) - _payments(wanted)
        yield f"payments: {_words(missing_paid)} missing, {_words(added_paid)} too many"
    if wanted.customer != found.customer:
        yield f"customer {found.customer} instead of {wanted.customer}"


def _lines(sale: BookSale) -> Counter[BookLine]:
    return Counter(sale.lines)


def _payments(sale: BookSale) -> Counter[BookPayment]:
    return Counter(sale.payments)


def _words(counted: Counter[BookLine] | Counter[BookPayment]) -> str:
    return ", ".join(f"{count} × {what}" for what, count in counted.items()) or "none"


def _figures(sales: Iterable[BookSale], day_of: Mapping[str, date]) -> dict[date | None, Figures]:
    days: dict[date | None, Figures] = {}
    for sale in sales:
        day = day_of.get(sale.invoice) if sale.invoice is not None else None
        days[day] = days.get(day, Figures()) + _figures_of(sale)
    return days


def _figures_of(sale: BookSale) -> Figures:
    sold = any(line.quantity > 0 for line in sale.lines)
    return Figures(
        sales=int(sold),
        returns=int(not sold),
        lines=len(sale.lines),
        quantity=sale.quantity,
        amount=sale.total,
        cash=_paid(sale, "cash"),
        card=_paid(sale, "card"),
    )


def _paid(sale: BookSale, kind: str) -> Decimal:
    return sum((each.tendered - each.change for each in sale.payments if each.kind == kind), _ZERO)


def _said(one: Compared) -> Iterator[str]:
    for what, found in (
        ("lost", one.lost),
        ("doubled", one.doubled),
        ("not in the file", one.strange),
        ("different", one.differing),
    ):
        for each in found:
            yield f"{one.book}: {what}: {each}"


def _days_off(expected: Mapping[date | None, Figures], one: Compared) -> Iterator[str]:
    """The figures of each day once more: they must agree even where the comparison above overlooked something."""
    for day in [*expected, *(day for day in one.days if day not in expected)]:
        wanted, found = expected.get(day, Figures()), one.days.get(day, Figures())
        if wanted != found:
            yield f"{one.book}: {day or 'no day'} comes to {found} instead of {wanted}"


def _between(journal: Book, channel: Book) -> Iterator[str]:
    """Journal and channel database hold the same entries, and the same receipt number for each sale."""
    for what, left, right in (
        ("the channel database lacks", journal.entries, channel.entries),
        ("only the channel database has", channel.entries, journal.entries),
    ):
        missing = [entry_id for entry_id in left if entry_id not in right]
        if missing:
            yield f"{what} {len(missing)} of the journal's entries: {', '.join(missing[:3])}"
    for entry_id, digest in journal.entries.items():
        if channel.entries.get(entry_id, digest) != digest:
            yield f"entry {entry_id} has other bytes in the channel database"
    numbers = {sale.transaction_id: sale.receipt_number for sale in channel.sales}
    for sale in journal.sales:
        if numbers.get(sale.transaction_id, sale.receipt_number) != sale.receipt_number:
            yield f"receipt {sale.receipt_number} has another number in the channel database"
