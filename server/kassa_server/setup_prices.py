"""Units of measure, prices and discounts. Each function works within the caller's transaction, creates or changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Table

from kassa.discounting import Concurrency, DiscountLevel, DiscountMethod, DiscountType
from kassa.errors import InvalidInput
from kassa.schema.master import coupon, discount, discount_product, item, price, unit_of_measure
from kassa.text import literal, texts
from kassa_server.discount_rules import check_coupon, check_discount, levels_document
from kassa_server.master_data import delete_rows, put_rows, replace_rows
from kassa_server.row_keys import row_key, rows_by_key
from kassa_server.schema import store

_, n_ = texts("kassa_server")
EVERY_STORE = ""
_OWN_COLUMNS = ("discount_id", "name", "store_id", "discount_type", "concurrency", "kind", "value",
                "coupon_required")  # fmt: skip
MOST_DECIMALS = 3


class NewUnit(msgspec.Struct, frozen=True):
    """A unit of measure; ``decimals``: how many a quantity in it may have, 0 to 3."""

    unit: str
    name: str
    decimals: int = 0


class NewPrice(msgspec.Struct, frozen=True):
    """A price from a day to a day, both included, by the store's calendar.

    :param store_id: empty: in every store.
    :param valid_from: None: since ever. An item has one price for each store and first day.
    :param valid_to: None: until further notice.
    """

    item_number: str
    unit_price: Decimal
    store_id: str = EVERY_STORE
    valid_from: date | None = None
    valid_to: date | None = None


class NewDiscountProduct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a discount is on: an item, the items of a category, or, with neither, every item.

    :param line_group: of mix and match: the group of its levels that it belongs to.
    """

    item_number: str = ""
    category: str = ""
    line_group: str = ""


class NewDiscount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A periodic discount (docs/discounts.md) from a day to a day, both included, by the store's calendar.

    :param kind: how ``value`` is meant; ``least_expensive`` is a per cent off the cheapest of a mix and match.
    :param store_id: empty: in every store.
    :param levels: what it takes: quantities or amounts with what they give, or the groups of a mix and match.
    :param products: what it is on.
    :param item_number: instead of ``products``, where it is on one item; with neither it is on every item.
    """

    discount_id: str
    name: str
    kind: DiscountMethod
    value: Decimal = Decimal(0)
    store_id: str = EVERY_STORE
    item_number: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    discount_type: DiscountType = "simple"
    concurrency: Concurrency = "best_price"
    levels: tuple[DiscountLevel, ...] = ()
    products: tuple[NewDiscountProduct, ...] = ()
    coupon_required: bool = False


class NewCoupon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coupon: whoever brings it gets its discount.

    :param usage_limit: in how many sales it may be used; None: in any number.
    """

    coupon_code: str
    discount_id: str
    store_id: str = EVERY_STORE
    usage_limit: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def put_units(connection: Connection, units: Iterable[NewUnit]) -> None:
    """Units of measure.

    :raises InvalidInput: a number of decimals that no quantity can have.
    """
    rows = []
    for new in units:
        if not 0 <= new.decimals <= MOST_DECIMALS:
            raise InvalidInput(
                _("A unit of measure has 0 to {most} decimals.", most=MOST_DECIMALS),
                where=f"{new.unit}: {new.decimals}",
            )
        rows.append(msgspec.structs.asdict(new))
    put_rows(connection, unit_of_measure, rows)


def put_prices(connection: Connection, prices: Iterable[NewPrice]) -> int:
    """Prices; how many were new or changed.

    :raises InvalidInput: one is below zero, ends before it begins, or is of an unknown item or store.
    """
    rows = []
    for new in prices:
        if new.unit_price < 0:
            raise InvalidInput(_("A price cannot be below zero."), where=f"{new.item_number}: {new.unit_price}")
        rows.append(
            {
                "item_number": new.item_number,
                "store_id": new.store_id,
                **_days(new.valid_from, new.valid_to, new.item_number),
                "unit_price": new.unit_price,
            }
        )
    _check_known(connection, {row["item_number"] for row in rows}, {row["store_id"] for row in rows})
    return put_rows(connection, price, rows)


def remove_price(connection: Connection, item_number: str, store_id: str, valid_from: date | None) -> int:
    """Remove a price; how many there were."""
    begins = "" if valid_from is None else valid_from.isoformat()
    key = row_key(price, {"item_number": item_number, "store_id": store_id, "valid_from": begins})
    return delete_rows(connection, price, [key])


def put_discounts(connection: Connection, discounts: Iterable[NewDiscount]) -> int:
    """Discounts; how many were new or changed.

    :raises InvalidInput: the value is none, it ends before it begins, or is of an unknown item or store.
    """
    rows, products = [], []
    for new in discounts:
        check_discount(new.discount_type, new.kind, new.value, new.levels, where=new.discount_id)
        days = _days(new.valid_from, new.valid_to, new.discount_id)
        own = {name: getattr(new, name) for name in _OWN_COLUMNS}
        rows.append({**own, "levels": levels_document(new.levels), **days})
        products += _product_rows(new)
    _check_known(connection, {row["item_number"] for row in products}, {row["store_id"] for row in rows})
    changed = put_rows(connection, discount, rows)
    for row in rows:
        within = discount_product.c.discount_id == row["discount_id"]
        mine = [one for one in products if one["discount_id"] == row["discount_id"]]
        changed += replace_rows(connection, discount_product, within, mine)
    return changed


def put_coupons(connection: Connection, coupons: Iterable[NewCoupon]) -> int:
    """Coupons, their codes in capitals; how many were new or changed.

    :raises InvalidInput: a discount that is not there or needs no coupon, or a limit below 1.
    """
    rows = []
    for new in coupons:
        rows.append({**msgspec.structs.asdict(new), "coupon_code": new.coupon_code.strip().upper()})
        rows[-1] |= _days(new.valid_from, new.valid_to, new.coupon_code)
        check_coupon(connection, rows[-1])
    _check_known(connection, set(), {row["store_id"] for row in rows})
    return put_rows(connection, coupon, rows)


def _product_rows(new: NewDiscount) -> list[dict[str, Any]]:
    return [
        {
            "discount_id": new.discount_id,
            "line_number": number,
            "store_id": new.store_id,
            **msgspec.structs.asdict(product),
        }
        for number, product in enumerate(new.products or (NewDiscountProduct(new.item_number),), 1)
    ]


def _days(first: date | None, last: date | None, where: str) -> dict[str, Any]:
    if first is not None and last is not None and last < first:
        raise InvalidInput(_("The last day is before the first."), where=f"{where}: {first} to {last}")
    return {
        "valid_from": "" if first is None else first.isoformat(),
        "valid_to": None if last is None else last.isoformat(),
    }


def _check_known(connection: Connection, numbers: set[str], stores: set[str]) -> None:
    no_item = _unknown(connection, item, numbers)
    if no_item is not None:
        raise InvalidInput(_("There is no item {item}.", item=literal(no_item)), kept=_("Nothing was changed."))
    no_store = _unknown(connection, store, stores)
    if no_store is not None:
        raise InvalidInput(_("There is no store {store}.", store=literal(no_store)), kept=_("Nothing was changed."))


def _unknown(connection: Connection, table: Table, asked: set[str]) -> str | None:
    own = next(iter(table.primary_key.columns))
    named = sorted(asked - {""})
    known = {row[own.name] for row in rows_by_key(connection, table, named, [own])}
    return next((one for one in named if one not in known), None)
