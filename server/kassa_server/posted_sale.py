"""A sale, return or void as posting reads it: straight out of an entry's bytes, each decimal as the text that it is.

Posting turns most of an entry's decimals into whole numbers for the database. Making a Decimal of each on the way took
longer than everything that the database does.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import msgspec

from kassa.journal.entry import EntryBody, SalePayload
from kassa.money import PRICE_SCALE, QUANTITY_SCALE, RATE_SCALE, minor_unit

REMEMBERED = 20_000
"""Texts of one scale that are kept with their numbers: prices, quantities and rates come again and again."""


class PostedItem(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.model.Item`."""

    number: str
    description: str
    unit_price: str
    tax_code: str
    tax_rate: str
    unit: str = "pcs"
    barcode: str | None = None


class PostedLineExtra(msgspec.Struct, frozen=True, gc=False):
    """See :mod:`kassa.transaction_fields`."""

    fields: dict[str, str | int | bool] = {}


class PostedLine(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.model.Line`."""

    line_id: str
    item: PostedItem
    quantity: str
    price_override: str | None = None
    comment: str | None = None
    voided: bool = False
    return_of: str | None = None
    extra: PostedLineExtra = PostedLineExtra()


class PostedPayment(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.model.Payment`."""

    payment_id: str
    tender_id: str
    kind: str
    name: str
    amount: str
    tendered: str
    change: str = "0"
    rounding: str = "0"
    voided: bool = False
    reference: dict[str, str] = {}


class PostedCustomer(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.model.Customer`."""

    number: str


class PostedCard(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.sale.cards.PendingCard`."""

    payment_id: str
    tender_id: str
    amount: str


class PostedExtra(msgspec.Struct, frozen=True, gc=False):
    """See :mod:`kassa.sale.cards` and :mod:`kassa.transaction_fields`; what else plugins keep there is passed over."""

    unresolved_cards: tuple[PostedCard, ...] = ()
    fields: dict[str, str | int | bool] = {}


class PostedTransaction(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.model.Transaction`."""

    transaction_id: str
    staff_id: str
    currency: str
    tax_included: bool
    started_at: datetime
    lines: tuple[PostedLine, ...] = ()
    payments: tuple[PostedPayment, ...] = ()
    customer: PostedCustomer | None = None
    comment: str | None = None
    extra: PostedExtra = PostedExtra()


class PostedLineAmounts(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.sale.totals.LineAmounts`."""

    line_id: str
    gross: str
    discount: str
    net: str
    tax: str


class PostedTaxAmount(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.sale.totals.TaxAmount`."""

    tax_code: str
    rate: str
    base: str
    tax: str


class PostedTotals(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.sale.totals.Totals`."""

    lines: tuple[PostedLineAmounts, ...]
    discount: str
    tax: str
    taxes: tuple[PostedTaxAmount, ...]
    total: str
    rounding: str
    paid: str
    due: str
    change: str
    quantity: str


class PostedPayload(msgspec.Struct, frozen=True, gc=False):
    """See :class:`kassa.journal.entry.SalePayload`."""

    transaction: PostedTransaction
    totals: PostedTotals


class PostedSale(msgspec.Struct, frozen=True, gc=False):
    """An entry and its payload, read in one go. See :class:`kassa.journal.entry.EntryBody`."""

    series: str
    sequence: int
    entry_id: str
    kind: str
    store_id: str
    register_id: str
    at: datetime
    local_time: str
    payload: PostedPayload
    receipt_number: str | None = None
    training: bool = False


_decoder = msgspec.json.Decoder(PostedSale)


def read_sale(data: bytes) -> PostedSale:
    """A sale, return or void out of an entry's bytes.

    :raises msgspec.DecodeError: they are none.
    """
    return _decoder.decode(data)


def as_posted(body: EntryBody, payload: SalePayload) -> PostedSale:
    """The same of an entry that has been read already."""
    known = {name: getattr(body, name) for name in PostedSale.__struct_fields__ if name != "payload"}
    return msgspec.convert({**known, "payload": msgspec.to_builtins(payload)}, PostedSale, strict=False)


class WholeNumbers(dict[str, int]):
    """Decimal text as a whole number of 10 to the power of minus ``decimals``, exactly: ``WholeNumbers(2)["54.90"]``
    is 5490. What was asked for before is remembered.

    A text that is no decimal, is not finite or has more decimals raises :class:`ValueError` or
    :class:`ArithmeticError`.
    """

    def __init__(self, decimals: int) -> None:
        super().__init__()
        self.decimals = decimals

    def __missing__(self, text: str) -> int:
        number = self._read(text)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = number
        return number

    def _read(self, text: str) -> int:
        whole, _point, fraction = text.partition(".")
        missing = self.decimals - len(fraction)
        if missing >= 0 and whole.isdecimal() and (fraction.isdecimal() or not fraction):
            return int(whole + fraction + "0" * missing)
        scaled = Decimal(text).scaleb(self.decimals)
        number = int(scaled)
        if number != scaled:
            raise ValueError(f"{text} has more than {self.decimals} decimals")
        return number


PRICES, QUANTITIES, RATES = WholeNumbers(PRICE_SCALE), WholeNumbers(QUANTITY_SCALE), WholeNumbers(RATE_SCALE)


@lru_cache(maxsize=32)
def minor_units_of(currency: str) -> WholeNumbers:
    """Amounts of a currency in its minor units."""
    return WholeNumbers(-int(minor_unit(currency).as_tuple().exponent))
