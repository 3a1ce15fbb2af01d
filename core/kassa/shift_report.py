"""X and Z reports as records: what a shift comes to, computed from the journal.

The plugin that closes shifts writes each to the journal: entries of the kinds ``x_report`` (without the receipts one by
one) and ``z_report``, whose payload is a :class:`ShiftReport`. Whoever prints or signs reports is told of them as of
any entry (hooks ``entry_journalled`` and ``fiscal``). :mod:`kassa.shift_report_words` has the lines in words. Amounts
are in the store's currency, tax included, but for what is in the drawer of a currency tender.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

ZERO = Decimal(0)
SHIFT, X_REPORT, Z_REPORT = "shift", "x_report", "z_report"
"""The kinds of their journal entries."""

MovementKind = Literal["start_amount", "float_entry", "tender_removal", "safe_drop", "bank_drop"]
"""What moves tenders in and out of the drawer without a sale (1200, 1201, 1210, 1211, 1212)."""
ADDS: frozenset[MovementKind] = frozenset(("start_amount", "float_entry"))
"""Those that put something into the drawer; the others take something out."""


class Tally(msgspec.Struct, frozen=True):
    """So many, and what they come to."""

    count: int = 0
    amount: Decimal = ZERO

    def __add__(self, other: Tally) -> Tally:
        if not other.count and not other.amount:
            return self
        return Tally(self.count + other.count, self.amount + other.amount)


class TaxTotal(msgspec.Struct, frozen=True):
    """Tax of one code and rate (a fraction); ``base`` is without tax."""

    tax_code: str
    rate: Decimal
    base: Decimal
    tax: Decimal


class TenderTotal(msgspec.Struct, frozen=True):
    """What was paid in one tender: how many payments, and what stayed in the till of it, in the store's currency.
    ``foreign``: of a currency tender, how much of ``currency`` that was."""

    tender_id: str
    name: str
    paid: Tally
    currency: str = ""
    foreign: Decimal = ZERO


class Movement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one kind of movement has moved of one tender; of a currency tender in its ``currency``."""

    kind: MovementKind
    tender_id: str
    moved: Tally
    currency: str = ""


class TenderCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was counted of one tender; the latest declaration. Of a currency tender in its ``currency``."""

    tender_id: str
    name: str
    amount: Decimal
    currency: str = ""


class Sold(msgspec.Struct, frozen=True, array_like=True):
    """One receipt of the shift and its total: what the store server compares with its own sales."""

    receipt_number: str
    total: Decimal


class SeriesPart(msgspec.Struct, frozen=True):
    """The journal entries that were counted of one series: from the first to the last."""

    series: str
    first: int
    last: int


class ShiftFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a shift comes to.

    :param total: of all receipts, before cash rounding: sales less returns.
    :param sales: sold lines, with the number of receipts that have any; ``returns`` likewise, below zero.
    :param discounts: receipts with a discount, and what was given (a returned discount is below zero).
    :param voids: transactions voided before they were finished; ``voided_lines``: lines taken off again.
    :param copies: of receipts; ``training``: counted in no other figure.
    :param drawer_openings: without a sale (1000), and for sales and returns with a payment in cash.
    """

    receipts: int = 0
    total: Decimal = ZERO
    sales: Tally = Tally()
    returns: Tally = Tally()
    discounts: Tally = Tally()
    rounding: Decimal = ZERO
    taxes: tuple[TaxTotal, ...] = ()
    tenders: tuple[TenderTotal, ...] = ()
    quantity: Decimal = ZERO
    voids: Tally = Tally()
    voided_lines: Tally = Tally()
    price_overrides: int = 0
    copies: Tally = Tally()
    drawer_openings: int = 0
    training: Tally = Tally()
    movements: tuple[Movement, ...] = ()
    counts: tuple[TenderCount, ...] = ()
    sold: tuple[Sold, ...] = ()
    parts: tuple[SeriesPart, ...] = ()

    def moved(self, kind: MovementKind, tender_id: str) -> Decimal:
        """What one kind of movement has moved of a tender."""
        return sum((one.moved.amount for one in self.movements if (one.kind, one.tender_id) == (kind, tender_id)), ZERO)

    def expected(self, tender_id: str, currency: str = "") -> Decimal:
        """What should be in the drawer of a tender.

        :param currency: of a currency tender: what is handed over in it is in it; the change is the cash tender's.
        """
        tenders = (one for one in self.tenders if one.tender_id == tender_id)
        paid = sum((one.foreign if currency else one.paid.amount for one in tenders), ZERO)
        moves = (one for one in self.movements if one.tender_id == tender_id)
        return sum((one.moved.amount if one.kind in ADDS else -one.moved.amount for one in moves), paid)

    def over(self, count: TenderCount) -> Decimal:
        """How much more was counted than should be there; below zero: so much is missing."""
        return count.amount - self.expected(count.tender_id, count.currency)


class GrandTotals(msgspec.Struct, frozen=True):
    """What a register has sold and taken back ever since ``since``. They are carried from Z to Z and never reset."""

    sales: Decimal = ZERO
    returns: Decimal = ZERO
    since: datetime | None = None

    @property
    def net(self) -> Decimal:
        """Sales less returns."""
        return self.sales + self.returns

    def with_shift(self, figures: ShiftFigures) -> GrandTotals:
        """With a shift added."""
        return GrandTotals(self.sales + figures.sales.amount, self.returns + figures.returns.amount, self.since)


class ShiftReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An X (a look at an open shift, which changes nothing) or a Z (which closes it).

    :param number: the Z's, counted by the register without a gap; None for an X.
    :param shift_id: a UUIDv7.
    :param drawer: the cash drawer's name.
    :param grand_totals: with this shift in them.
    :param copy: a Z that is printed again.
    :param opened_by_name: of whoever opened the shift, ``made_by_name`` of whoever made the report.
    :param approved_by: the manager who approved it, where whoever made it may not do so alone.
    """

    kind: Literal["X", "Z"]
    number: int | None
    shift_id: str
    store_id: str
    store_name: str
    register_id: str
    drawer: str
    currency: str
    opened_at: datetime
    opened_by: str
    made_at: datetime
    made_by: str
    figures: ShiftFigures
    grand_totals: GrandTotals
    copy: bool = False
    opened_by_name: str = ""
    made_by_name: str = ""
    approved_by: str | None = None
    approved_by_name: str = ""


ShiftAction = Literal["open", "resume", "suspend", "blind_close", "hand_over"]


class ShiftEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """The payload of a ``shift`` entry: a shift has come to this register (``open``, ``resume``) or was put aside here
    (``suspend``, ``blind_close``; also one that was taken over from another register to be closed here), or has gone on
    at another register (``hand_over``). Its end is a ``z_report``.

    :param opened_at: when it was first opened, UTC; ``opened_by``: by whom.
    :param carried: what it came to before it came here, or until it left.
    :param z_number: of a new device's first shift: the register's last Z before, with its ``grand_totals``.
    """

    action: ShiftAction
    shift_id: str
    drawer: str
    opened_at: datetime
    opened_by: str
    carried: ShiftFigures | None = None
    z_number: int = 0
    grand_totals: GrandTotals | None = None
    opened_by_name: str = ""
