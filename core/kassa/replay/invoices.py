"""From rows to sales, and the rows that are none: listed with the reason, never dropped in silence.

A row is **no sale** when one of these holds; every reason that holds is named:

* it stands on an ``A`` invoice or has the code ``B``: bad debt written off in the books;
* its code is ``BANK CHARGES``, ``AMAZONFEE`` or ``CRUK``: a charge or commission that the retailer pays;
* it has no description, a price of 0 or less, or a quantity of 0;
* its quantity is negative outside a ``C`` invoice: a correction of the stock.

Everything else is sold: goods, and also ``POST``, ``DOT`` and ``C2`` (carriage), ``M`` (typed by hand), ``S``
(samples), ``D`` (a discount given back), gift vouchers. A row with a negative quantity comes back as a return, one with
a positive quantity is sold, and both may stand on one invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from kassa.money import round_money
from kassa.replay.rows import FileRow

CURRENCY = "GBP"
PAID_BY_THE_RETAILER = frozenset({"BANK CHARGES", "AMAZONFEE", "CRUK"})
BAD_DEBT = "B"

_ZERO = Decimal(0)


class NoSale(msgspec.Struct, frozen=True):
    """A row that is no sale, and why."""

    row: FileRow
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The reasons, in words."""
        return "; ".join(self.reasons)


class Invoice(msgspec.Struct, frozen=True):
    """A sale, return or both: the rows of one invoice that are sold, in the file's order."""

    number: str
    rows: tuple[FileRow, ...]

    @property
    def day(self) -> date:
        """The day of its first row."""
        return self.rows[0].invoiced_at.date()

    @property
    def cancels(self) -> bool:
        """Whether its number says that it takes goods back."""
        return self.number.startswith("C")

    @property
    def customer_id(self) -> str | None:
        """The first customer that its rows name."""
        return next((row.customer_id for row in self.rows if row.customer_id), None)

    @property
    def quantity(self) -> int:
        """All pieces, returned ones below zero."""
        return sum(row.quantity for row in self.rows)

    @property
    def total(self) -> Decimal:
        """What it comes to: each row rounded to the penny, half up, as a till does."""
        return sum((round_money(row.amount, CURRENCY) for row in self.rows), _ZERO)


class Reading(msgspec.Struct, frozen=True):
    """A file, read: its sales in the order in which their invoices begin, its rows that are no sale, and remarks on
    what was done with what the file writes in more than one way."""

    rows: tuple[FileRow, ...]
    invoices: tuple[Invoice, ...]
    no_sale: tuple[NoSale, ...]
    remarks: tuple[str, ...]


def sort_rows(rows: Sequence[FileRow]) -> Reading:
    """Sort ``rows`` into sales and rows that are none."""
    no_sale: list[NoSale] = []
    sold: dict[str, list[FileRow]] = {}
    for row in rows:
        reasons = why_no_sale(row)
        if reasons:
            no_sale.append(NoSale(row, reasons))
        else:
            sold.setdefault(row.invoice, []).append(row)
    invoices = tuple(Invoice(number, tuple(of_invoice)) for number, of_invoice in sold.items())
    return Reading(tuple(rows), invoices, tuple(no_sale), tuple(_remarks(invoices)))


def why_no_sale(row: FileRow) -> tuple[str, ...]:
    """The reasons why ``row`` is no sale; empty for one that is."""
    cancels = row.invoice.startswith("C")
    adjusts = row.invoice[0].isalpha() and not cancels
    tests = (
        (adjusts or row.item_number == BAD_DEBT, "bad debt written off in the books"),
        (row.item_number in PAID_BY_THE_RETAILER, "a charge that the retailer pays"),
        (not row.description, "no description"),
        (row.unit_price == 0, "price 0"),
        (row.unit_price < 0, "price below 0"),
        (row.quantity == 0, "quantity 0"),
        (row.quantity < 0 and not cancels, "negative quantity outside a C invoice: a stock correction"),
    )
    return tuple(reason for holds, reason in tests if holds)


def _remarks(invoices: Iterable[Invoice]) -> Iterable[str]:
    writings: dict[str, set[str]] = {}
    for invoice in invoices:
        customers = sorted({row.customer_id for row in invoice.rows if row.customer_id})
        if len(customers) > 1:
            yield f"invoice {invoice.number} names customers {', '.join(customers)}; {invoice.customer_id} is taken"
        for row in invoice.rows:
            writings.setdefault(row.item_number, set()).add(row.stock_code)
    for number, codes in writings.items():
        if len(codes) > 1:
            yield f"{' and '.join(sorted(codes))} are one item, {number}"
