"""What the till knows, as frozen records: item, line, payment, transaction, staff, register, offline profile.

All are :class:`msgspec.Struct`: frozen, compared by value, and written to the journal and the wire as they are
(Decimals as strings, times as RFC 3339). A change makes a new record with :func:`msgspec.structs.replace`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

ZERO = Decimal(0)


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item as it is sold at this moment: the snapshot that a line carries, so that later changes never touch it.

    ``unit_price`` is per ``unit``, with or without tax as the store says; ``tax_rate`` is a fraction (0.25).
    ``decimals``: how many a quantity may have; None: up to three. ``quantity``: what one scan sells.
    ``minimum_age``: of whoever buys it, in years. ``serial_numbered``: each one has a number, which is asked for.
    """

    number: str
    description: str
    unit_price: Decimal
    tax_code: str
    tax_rate: Decimal
    unit: str = "pcs"
    barcode: str | None = None
    quantity: Decimal = Decimal(1)
    decimals: int | None = None
    minimum_age: int | None = None
    serial_numbered: bool = False


class Discount(msgspec.Struct, frozen=True, omit_defaults=True):
    """A discount given by hand: ``value`` is an amount in the currency, or a per cent (20 for 20 %)."""

    kind: Literal["amount", "percent"]
    value: Decimal
    reason: str | None = None
    approved_by: str | None = None


class DiscountLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one discount that was not given by hand takes off a line: ``amount``, above 0 and in whole minor units.

    ``name`` is what screen and receipt call it; ``plugin`` is the plugin that gave it.
    """

    discount_id: str
    name: str
    amount: Decimal
    plugin: str = ""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a transaction. A negative ``quantity`` is a return. A voided line stays, counted for nothing.

    ``discount`` is given by hand; ``discount_lines`` are what other discounts take off before it.
    """

    line_id: str
    item: Item
    quantity: Decimal
    price_override: Decimal | None = None
    discount: Discount | None = None
    comment: str | None = None
    voided: bool = False
    return_of: str | None = None
    approved_by: str | None = None
    extra: dict[str, Any] = {}
    discount_lines: tuple[DiscountLine, ...] = ()

    @property
    def unit_price(self) -> Decimal:
        """The price in force: the override if there is one."""
        return self.item.unit_price if self.price_override is None else self.price_override


class Payment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One payment: ``tendered`` is what was handed over (negative: given back), ``amount`` that less the ``change``.

    ``rounding`` is the cash rounding that this payment added (negative: took): it settles ``amount - rounding``.
    """

    payment_id: str
    tender_id: str
    kind: str
    name: str
    amount: Decimal
    tendered: Decimal
    change: Decimal = ZERO
    rounding: Decimal = ZERO
    voided: bool = False
    reference: dict[str, str] = {}


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A customer; ``provisional`` while the number was given by the register and not yet by headquarters."""

    number: str
    name: str
    phone: str | None = None
    email: str | None = None
    country: str | None = None
    provisional: bool = False


class SaleCoupon(msgspec.Struct, frozen=True, omit_defaults=True):
    """A coupon in a sale: it makes its discount one that the sale may get. ``limited``: its uses are counted."""

    code: str
    discount_id: str
    limited: bool = False


class Transaction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sale (or return) in progress, or as finished. Amounts are computed from it by :mod:`kassa.sale`."""

    transaction_id: str
    store_id: str
    register_id: str
    staff_id: str
    currency: str
    tax_included: bool
    started_at: datetime
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()
    discount: Discount | None = None
    customer: Customer | None = None
    comment: str | None = None
    voided: bool = False
    extra: dict[str, Any] = {}
    coupons: tuple[SaleCoupon, ...] = ()

    @property
    def sold_lines(self) -> tuple[Line, ...]:
        """The lines that count: those not voided."""
        return tuple(line for line in self.lines if not line.voided)

    @property
    def valid_payments(self) -> tuple[Payment, ...]:
        """The payments that count: those not voided."""
        return tuple(payment for payment in self.payments if not payment.voided)


class Staff(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is logged on, with what they may do. ``limits``: the largest discount per cent, and others by name."""

    staff_id: str
    name: str
    permissions: frozenset[str] = frozenset()
    limits: dict[str, Decimal] = {}
    language: str | None = None


TenderKind = Literal["cash", "card", "currency", "gift_card", "loyalty", "customer_account", "other"]


class Tender(msgspec.Struct, frozen=True, omit_defaults=True):
    """A way to pay. ``rounding`` is the smallest payable amount in it (1 krona), None for the currency's own.
    ``currency``: of the kind ``currency``, which one; its ``rounding`` is then in that currency."""

    tender_id: str
    kind: TenderKind
    name: str
    rounding: Decimal | None = None
    currency: str | None = None


class Store(msgspec.Struct, frozen=True, omit_defaults=True):
    """The store that a register stands in. ``timezone`` is an IANA name, ``language`` sv or en. ``receipt_layout``:
    what its receipts say otherwise than the plugin's own layout, field by field (docs/receipts.md)."""

    store_id: str
    name: str
    currency: str
    timezone: str = "UTC"
    language: str = "en"
    tax_included: bool = True
    country: str = ""
    receipt_layout: dict[str, Any] = {}


class OfflineProfile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The offline profile's settings (system.md, connection state). Each has its unit in its name.

    Settings take effect at the next synchronisation, without a restart.
    """

    request_timeout_s: float = 10
    """Total time that a request may take before the register switches to the offline database (S2)."""
    retry_count: int = 0
    """Further tries of a request within its timeout."""
    reconnect_interval_min: float = 5
    """Time between attempts to reach the store server again, made only at the start of a transaction (S3)."""
    reconnect_budget_ms: int = 300
    """How long the start of a transaction waits for such an attempt."""
    prompt_before_switch: bool = False
    """Ask *Go offline / Try again* before switching; after 10 s the register goes offline by itself."""
    allow_offline_before_log_on: bool = True
    """Staff may log on while the store server is away."""
    advanced_switching: bool = False
    """Check the store server in the background, and return between sales without waiting for the interval."""
    health_check_interval_s: float = 30
    """Time between those checks."""
    latency_threshold_ms: int | None = None
    """Answers slower than this, several in a row, make the state ``degraded``. None: never."""
    sync_interval_s: float = 60
    """Time between synchronisations."""
    upload_batch_kb: int = 200
    """The largest batch of journal entries in one upload."""
    pause_sync: bool = False
    """No packages are fetched. Sales are delivered all the same."""
    retention_days: int = 30
    """How long what the store server has acknowledged stays in the register's journal at least."""
    max_offline_hours: float | None = None
    """After so long offline no new sale starts without a manager. Never stops the sale in progress."""
    max_offline_amount: Decimal | None = None
    """With so much waiting for delivery no new sale starts without a manager."""
    max_offline_coupon_count: int | None = 10
    """So many coupons whose uses are counted are taken until the store server has heard of them."""
    max_offline_account_amount: Decimal | None = Decimal(500)
    """So much is taken from gift cards, loyalty cards and customer accounts, by the balance that the register has been
    told, until the store server has heard of it."""
    max_offline_return_amount: Decimal | None = None
    """A receipt of which more than this is taken back while the store server is away needs a manager."""


class EnabledPlugin(msgspec.Struct, frozen=True, omit_defaults=True):
    """One plugin that headquarters lists for a register: by entry point name, with its settings."""

    name: str
    required: bool = False
    settings: dict[str, Any] = {}


class LayoutButton(msgspec.Struct, frozen=True, omit_defaults=True):
    """One button of the grid: an operation with parameters. Order is the order in the layout, four a row.

    :param label: what stands on it; empty: the operation's name.
    :param buttons: of the sub menu that it opens (operation 401), else none.
    """

    operation: int
    parameters: dict[str, Any] = {}
    label: str = ""
    buttons: tuple[LayoutButton, ...] = ()


class RegisterRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A register as headquarters describes it; fetched at activation, renewed at each synchronisation."""

    register_id: str
    name: str
    store: Store
    plugins: tuple[EnabledPlugin, ...] = ()
    profile: OfflineProfile = OfflineProfile()
    tenders: tuple[Tender, ...] = ()
    buttons: tuple[LayoutButton, ...] = ()
    support_offline: bool = True
    receipt_mask: str = "{store}-{terminal}-{series}-{counter:06}"
    version: int = 0
