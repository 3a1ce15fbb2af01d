"""Which discounts are in force for some items: asked once for each item of a sale."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from kassa.discounting import Concurrency, DiscountLevel, DiscountMethod, DiscountType
from kassa.runtime.request import Query


class PeriodicDiscount(msgspec.Struct, frozen=True, omit_defaults=True):
    """A periodic discount in force (docs/discounts.md)."""

    discount_id: str
    name: str
    discount_type: DiscountType
    concurrency: Concurrency
    kind: DiscountMethod
    value: Decimal
    levels: tuple[DiscountLevel, ...] = ()
    coupon_required: bool = False


class DiscountedItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item that a discount is on; ``item_number`` empty: every item."""

    item_number: str
    discount_id: str
    line_group: str = ""


class Discounts(msgspec.Struct, frozen=True):
    """Discounts, and which of the items each is on. ``none_at_all``: the store has no discount in force today, on
    whatever item."""

    discounts: tuple[PeriodicDiscount, ...] = ()
    items: tuple[DiscountedItem, ...] = ()
    none_at_all: bool = False


class FindDiscounts(Query[Discounts], frozen=True):
    """The discounts that are in force in the store today, on these items by their numbers, by their categories, or on
    every item. Those that need a coupon are among them."""

    NAME: ClassVar[str] = "kassa_discounts.find_discounts"
    ANSWER: ClassVar[Any] = Discounts
    SEES_OWN_ROWS: ClassVar[bool] = False

    item_numbers: tuple[str, ...]
