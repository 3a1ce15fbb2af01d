"""The handler of :mod:`kassa_discounts.requests`: the same rows and the same rule in store server and register."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select

from kassa.discounting import DiscountLevel
from kassa.requests.prices import place
from kassa.runtime.request import Handler, HandlerContext, Row
from kassa.schema.master import discount, discount_product, item
from kassa.schema.rules import LARGEST_IN
from kassa_discounts.requests import DiscountedItem, Discounts, FindDiscounts, PeriodicDiscount

_VALID = (
    discount.c.store_id.in_(("", bindparam("store_id"))),
    discount.c.valid_from <= bindparam("today"),
    or_(discount.c.valid_to.is_(None), discount.c.valid_to >= bindparam("today")),
)
_FOUND = (
    discount.c.discount_id, discount.c.name, discount.c.discount_type, discount.c.concurrency, discount.c.kind,
    discount.c.value, discount.c.levels, discount.c.coupon_required, discount_product.c.line_group,
)  # fmt: skip
_PRODUCTS = discount_product.join(discount, discount.c.discount_id == discount_product.c.discount_id)
ON_ITEMS = (
    select(*_FOUND, discount_product.c.item_number)
    .select_from(_PRODUCTS)
    .where(discount_product.c.item_number.in_(bindparam("numbers", expanding=True)), *_VALID)
)
ON_CATEGORIES = (
    select(*_FOUND, item.c.item_number)
    .select_from(_PRODUCTS.join(item, item.c.category == discount_product.c.category))
    .where(
        item.c.item_number.in_(bindparam("numbers", expanding=True)),
        discount_product.c.item_number == "",
        discount_product.c.category != "",
        *_VALID,
    )
)
ON_EVERYTHING = (
    select(*_FOUND, discount_product.c.item_number)
    .select_from(_PRODUCTS)
    .where(discount_product.c.item_number == "", discount_product.c.category == "", *_VALID)
)
ANY = select(discount.c.discount_id).where(*_VALID).limit(1)
_LEVELS: msgspec.json.Decoder[tuple[DiscountLevel, ...]] = msgspec.json.Decoder(tuple[DiscountLevel, ...], strict=False)


def find_discounts(request: FindDiscounts, context: HandlerContext) -> Discounts:
    """The discounts in force on these items."""
    where = place(context)
    if not context.records.select(ANY, where):
        return Discounts(none_at_all=True)
    rows: list[Row] = context.records.select(ON_EVERYTHING, where)
    for start in range(0, len(request.item_numbers), LARGEST_IN):
        asked: dict[str, Any] = {"numbers": list(request.item_numbers[start : start + LARGEST_IN]), **where}
        rows += context.records.select(ON_ITEMS, asked)
        rows += context.records.select(ON_CATEGORIES, asked)
    found = {row["discount_id"]: row for row in rows}
    items = {(row["item_number"], row["discount_id"], row["line_group"]) for row in rows}
    return Discounts(
        tuple(_discount(found[key]) for key in sorted(found)), tuple(DiscountedItem(*each) for each in sorted(items))
    )


def _discount(row: Row) -> PeriodicDiscount:
    return PeriodicDiscount(
        row["discount_id"],
        row["name"],
        row["discount_type"],
        row["concurrency"],
        row["kind"],
        row["value"],
        _LEVELS.decode(row["levels"].encode()),
        row["coupon_required"],
    )


HANDLERS: tuple[Handler, ...] = (Handler(FindDiscounts, find_discounts),)
