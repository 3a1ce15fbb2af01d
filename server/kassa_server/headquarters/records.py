"""Writing a record that somebody typed: checked, with what follows from it, through the log of changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from sqlalchemy import Connection, Table, select

from kassa.errors import InvalidInput, NotAllowed
from kassa.folding import search_text
from kassa.requests.accounts import ACCOUNT_KINDS
from kassa.requests.barcode_masks import is_mask
from kassa.schema.master import (
    barcode,
    barcode_mask,
    coupon,
    customer,
    discount,
    discount_product,
    exchange_rate,
    inventory,
    item,
    permission_group,
    price,
    staff,
    tax_code,
    tender_account,
    unit_of_measure,
)
from kassa.text import LOCALES, Text, literal, texts
from kassa_server.discount_rules import CONCURRENCIES, KINDS, check_coupon, check_discount, read_levels
from kassa_server.headquarters.databases import put_channel_database_group
from kassa_server.headquarters.staff_places import find_person, pin_digits
from kassa_server.master_data import delete_rows, put_rows
from kassa_server.record import touch_registers
from kassa_server.row_keys import row_key, rows_by_key
from kassa_server.schema import channel_database_group, store, tender
from kassa_server.setup_store import delete_staff

_, n_ = texts("kassa_server")
_KEPT = _("Nothing was changed.")

MUST_EXIST: dict[str, tuple[tuple[str, Table, str], ...]] = {
    "item": (("tax_code", tax_code, "tax_code"), ("master_item_number", item, "item_number")),
    "barcode": (("item_number", item, "item_number"),),
    "price": (("item_number", item, "item_number"), ("store_id", store, "store_id")),
    "inventory": (("item_number", item, "item_number"), ("store_id", store, "store_id")),
    "discount": (("store_id", store, "store_id"),),
    "coupon": (("store_id", store, "store_id"),),
    "discount_product": (("discount_id", discount, "discount_id"), ("item_number", item, "item_number")),
    "tender_account": (("customer_number", customer, "customer_number"),),
    "staff": (("permission_group", permission_group, "permission_group"),),
    "tender": (("store_id", store, "store_id"),),
    "store": (("channel_database_group", channel_database_group, "group_id"),),
}
_USED_BY: dict[str, tuple[tuple[Table, str, str], ...]] = {
    "item": (
        (barcode, "item_number", "item_number"),
        (item, "master_item_number", "item_number"),
        (discount_product, "item_number", "item_number"),
    ),
    "discount": ((discount_product, "discount_id", "discount_id"), (coupon, "discount_id", "discount_id")),
    "tax_code": ((item, "tax_code", "tax_code"),),
    "unit_of_measure": ((item, "unit", "unit"),),
    "permission_group": ((staff, "permission_group", "permission_group"),),
}
_RULES: tuple[tuple[Table, str, Callable[[Mapping[str, Any]], bool], Text], ...] = (
    (tax_code, "rate", lambda row: 0 <= row["rate"] <= 1, _("Between {least} and {most}.", least=0, most=100)),
    (barcode, "quantity", lambda row: row["quantity"] > 0, _("More than {least}.", least=0)),
    (unit_of_measure, "decimals", lambda row: row["decimals"] <= 3, _("Between {least} and {most}.", least=0, most=3)),
    (discount, "valid_to", lambda row: row["valid_to"] >= row["valid_from"], _("The last day is before the first.")),
    (barcode_mask, "mask", lambda row: is_mask(row["mask"]), _("This is no barcode mask.")),
    (barcode_mask, "decimals", lambda row: row["decimals"] <= 4, _("Between {least} and {most}.", least=0, most=4)),
    (coupon, "valid_to", lambda row: row["valid_to"] >= row["valid_from"], _("The last day is before the first.")),
    (price, "valid_to", lambda row: row["valid_to"] >= row["valid_from"], _("The last day is before the first.")),
    (inventory, "counted_on", lambda row: bool(row["counted_on"]), _("Something has to be here.")),
    (exchange_rate, "rate", lambda row: row["rate"] > 0, _("More than {least}.", least=0)),
    (
        exchange_rate,
        "valid_to",
        lambda row: row["valid_to"] >= row["valid_from"],
        _("The last day is before the first."),
    ),
    (exchange_rate, "currency", lambda row: row["currency"] in Locale("en").currencies, _("This is no currency.")),
    (exchange_rate, "store_currency", lambda row: row["store_currency"] != row["currency"], _("Another currency.")),
    (tender, "currency", lambda row: row["currency"] in Locale("en").currencies, _("This is no currency.")),
    (tender, "rounding", lambda row: row["rounding"] > 0, _("More than {least}.", least=0)),
    (store, "currency", lambda row: row["currency"] in Locale("en").currencies, _("This is no currency.")),
    (store, "timezone", lambda row: row["timezone"] in available_timezones(), _("This is no time zone.")),
)  # fmt: skip
"""What a column's value has to be, besides what its type says: table, column, rule, words."""
TENDER_KINDS = ("cash", "card", "currency", "gift_card", "loyalty", "customer_account")
_NEVER_DELETED = frozenset({"store"})
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("discount", "discount_type"): tuple(KINDS),
    ("discount", "concurrency"): CONCURRENCIES,
    ("reason_code", "kind"): ("return", "price_override", "void_line", "void_transaction"),
    ("tender", "kind"): TENDER_KINDS,
    ("tender_account", "kind"): ACCOUNT_KINDS,
    ("staff", "language"): tuple(LOCALES),
    ("store", "language"): tuple(LOCALES),
}


def put_record(connection: Connection, table: Table, row: Mapping[str, Any], *, new: bool) -> None:
    """Write a record.

    :param new: there is none with that key yet.
    :raises InvalidInput: what it names is not there, or a value makes no sense; or there is one already.
    """
    _check(connection, table, row)
    if new and next(iter(rows_by_key(connection, table, [row_key(table, row)])), None) is not None:
        raise InvalidInput(_("There is one with that key already."), kept=_KEPT, where=row_key(table, row))
    if table is staff and not new:
        _check_pin(connection, row)
    if table is store and not row["channel_database_group"]:
        put_channel_database_group(connection, row["store_id"], row["name"])
        row = {**row, "channel_database_group": row["store_id"]}
    put_rows(connection, table, [{**row, **_derived(connection, table, row)}])
    _follow(connection, table, row)


def delete_record(connection: Connection, table: Table, key: str) -> None:
    """Delete a record, if nothing needs it.

    :raises NotAllowed: something does.
    """
    row = next(iter(rows_by_key(connection, table, [key])), None)
    if row is None:
        return
    if table.name in _NEVER_DELETED:
        raise NotAllowed(_("A store is never deleted: its sales stay."), kept=_KEPT)
    for user, column, own in _USED_BY.get(str(table.name), ()):
        if connection.execute(select(user).where(user.c[column] == row[own]).limit(1)).first() is not None:
            raise NotAllowed(
                _("{key} is in use.", key=literal(str(row[own]))), kept=_KEPT, where=str(user.name),
                hint=_("Change first what uses it."),
            )  # fmt: skip
    if table is staff:
        delete_staff(connection, key)
    else:
        delete_rows(connection, table, [key])
    _follow(connection, table, dict(row))


def _check(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    for column, target, own in MUST_EXIST.get(str(table.name), ()):
        wanted = row.get(column)
        if wanted and connection.execute(select(target.c[own]).where(target.c[own] == wanted)).first() is None:
            raise _refused(_("{value} is not there.", value=literal(str(wanted))), column)
    for (name, column), allowed in CHOICES.items():
        if name == table.name and row.get(column) is not None and row[column] not in allowed:
            raise _refused(_("One of {choices}.", choices=literal(", ".join(allowed))), column)
    _check_together(connection, table, row)
    for of, column, holds, what in _RULES:
        if of is table and row[column] is not None and not holds(row):
            raise _refused(what, column)


def _check_together(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """What several columns say together."""
    if table is discount:
        levels = read_levels(row["levels"])
        check_discount(row["discount_type"], row["kind"], row["value"], levels, where=row["discount_id"])
    if table is tender and (row["kind"] == "currency") != bool(row["currency"]):
        raise _refused(_("Of a tender of kind currency, and of no other."), "currency")
    if table is tender_account and (row["kind"] == "loyalty") == bool(row["currency"]):
        raise _refused(_("Three letters, such as SEK; of a loyalty card, whose balance is points, empty."), "currency")
    if table is coupon:
        check_coupon(connection, row)


def _check_pin(connection: Connection, row: Mapping[str, Any]) -> None:
    """Somebody who comes to do more than sell needs a longer PIN with it."""
    person = find_person(connection, row["staff_id"])
    if person.has_pin and pin_digits(connection, row["permission_group"]) > person.shortest_pin:
        raise InvalidInput(
            _("Members of {group} need a longer PIN.", group=literal(row["permission_group"])),
            kept=_KEPT,
            hint=_("Change the group on the page Staff: it gives a new PIN with it."),
            where="permission_group",
        )


def _refused(what: Text, column: str) -> InvalidInput:
    return InvalidInput(what, kept=_KEPT, where=column)


def _derived(connection: Connection, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    if table is item:
        mine = select(barcode.c.barcode).where(barcode.c.item_number == row["item_number"])
        codes = connection.execute(mine.order_by(barcode.c.barcode)).scalars()
        return {"search_text": search_text(row["item_number"], row["description"], row.get("variant"), *codes)}
    if table is discount_product:
        found = next(iter(rows_by_key(connection, discount, [row["discount_id"]])))
        return {"store_id": found["store_id"]}
    if table is customer:
        return {"search_text": search_text(row["customer_number"], row["name"], row["phone"], row["email"])}
    return {}


def _follow(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """What changes with a record: an item is found by its barcodes; a discount's products are in its store; registers
    have their store's tenders."""
    if table is discount:
        mine = select(discount_product).where(discount_product.c.discount_id == row["discount_id"])
        products = [dict(found) for found in connection.execute(mine).mappings()]
        moved = [{name: one[name] for name in ("discount_id", "line_number")} for one in products]
        if moved:
            put_rows(connection, discount_product, [{**one, "store_id": row["store_id"]} for one in moved])
    if table is barcode:
        for found in rows_by_key(connection, item, [row["item_number"]]):
            put_rows(
                connection, item, [{"item_number": found["item_number"], **_derived(connection, item, dict(found))}]
            )
    if table in (tender, store):
        touch_registers(connection, row["store_id"])
