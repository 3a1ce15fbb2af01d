"""Setting up stores, registers, staff and items: what headquarters will do, as functions on the channel database.

Each function works within the caller's transaction (``with channel.writing() as connection``), creates or replaces,
and raises the version of the register records it touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from kassa.environment import Environment
from kassa.errors import NotAllowed
from kassa.folding import search_text
from kassa.layouts import as_button, stored, stored_json
from kassa.model import EnabledPlugin, LayoutButton, OfflineProfile, Store, Tender
from kassa.schema.master import barcode, customer, item, permission_group, staff, tax_code
from kassa.schema.rules import LARGEST_IN
from kassa.text import literal, texts
from kassa_server import schema
from kassa_server.channel import clock_of
from kassa_server.credentials import set_pin
from kassa_server.headquarters.databases import put_channel_database_group
from kassa_server.headquarters.support_offline import set_support_offline
from kassa_server.master_data import delete_rows, put_rows, replace_rows, touch_row
from kassa_server.record import touch_registers
from kassa_server.row_keys import row_key
from kassa_server.schema import channel_database, layout_button, register, register_plugin, store, store_staff

_, n_ = texts("kassa_server")

DEFAULT_PLUGINS = (
    EnabledPlugin("sale", required=True),
    EnabledPlugin("payment", required=True),
    EnabledPlugin("staff", required=True),
    EnabledPlugin("offline_failover"),
    EnabledPlugin("operation_917"),
    EnabledPlugin("status_header"),
    EnabledPlugin("sync"),
    EnabledPlugin("customer"),
    EnabledPlugin("discounts"),
    EnabledPlugin("shift"),
    EnabledPlugin("receipt"),
)


class NewItem(msgspec.Struct, frozen=True):
    """An item as the catalogue has it.

    :param unit_price: the base price, with or without tax as the store says.
    :param quantities: of barcodes that sell more than one unit (a case), by barcode.
    :param master_item_number: of a variant: the item that it is a variant of.
    :param variant: of a variant: what it differs in, for people (``M, red``).
    :param category: what discounts on a category are on.
    :param minimum_age: of whoever buys it, in years.
    :param serial_numbered: each one has a number of its own, which the till asks for.
    :param sold_as_variants: a master, which is not sold itself.
    """

    item_number: str
    description: str
    unit_price: Decimal
    tax_code: str
    barcodes: tuple[str, ...] = ()
    unit: str = "pcs"
    quantities: dict[str, Decimal] = {}
    master_item_number: str | None = None
    variant: str | None = None
    sold_as_variants: bool = False
    category: str | None = None
    minimum_age: int | None = None
    serial_numbered: bool = False


class NewCustomer(msgspec.Struct, frozen=True):
    """A customer."""

    number: str
    name: str
    phone: str | None = None
    email: str | None = None
    country: str | None = None


class NewStaff(msgspec.Struct, frozen=True):
    """A staff member with a PIN, digits only."""

    staff_id: str
    name: str
    pin: str
    permission_group: str
    language: str | None = None

    def __repr__(self) -> str:
        return f"NewStaff(staff_id={self.staff_id!r})"


def put_store(connection: Connection, new: Store) -> None:
    """Create or change a store. A new one gets a channel database group of its own."""
    known = connection.execute(select(store.c.store_id).where(store.c.store_id == new.store_id)).first()
    row = msgspec.structs.asdict(new)
    row["receipt_layout"] = msgspec.json.encode(new.receipt_layout).decode() if new.receipt_layout else None
    if known is None:
        put_channel_database_group(connection, new.store_id, new.name)
        row |= {"offline_profile": None, "layout": None, "channel_database_group": new.store_id}
    if put_rows(connection, store, [row]):
        touch_registers(connection, new.store_id)


def put_register(
    connection: Connection,
    register_id: str,
    store_id: str,
    name: str,
    *,
    plugins: Sequence[EnabledPlugin] = DEFAULT_PLUGINS,
    support_offline: bool = True,
    receipt_mask: str = "{store}-{terminal}-{series}-{counter:06}",
    now: datetime | None = None,
) -> None:
    """Create or change a register with its plugins, in order, and its offline database.

    :raises NotAllowed: it is a register of another store already, and a device has been activated as it: its receipts
        name that store.
    """
    _leave_store(connection, register_id, store_id)
    row: dict[str, Any] = {"register_id": register_id, "store_id": store_id, "name": name, "receipt_mask": receipt_mask}
    known = connection.execute(select(register.c.register_id).where(register.c.register_id == register_id)).first()
    if known is None:
        row |= {"support_offline": False, "offline_profile": None, "layout": None}
    changed = put_rows(connection, register, [row])
    changed += put_plugins(connection, register_id, plugins)
    if changed:
        touch_registers(connection, store_id, register_id)
    set_support_offline(connection, register_id, support_offline, now or clock_of(connection).utc())


def _leave_store(connection: Connection, register_id: str, store_id: str) -> None:
    """A register that was set up in another store by mistake leaves it."""
    found = connection.execute(select(register.c.store_id).where(register.c.register_id == register_id)).scalar()
    if found is None or found == store_id:
        return
    active = select(schema.series.c.series_id).where(schema.series.c.register_id == register_id)
    if connection.execute(active).first() is not None:
        raise NotAllowed(
            _("Register {register} belongs to store {store}.", register=literal(register_id), store=literal(found)),
            kept=_("Nothing was changed."),
            hint=_("Set up another register in the new store: receipts name the store and the register."),
        )
    replace_rows(connection, register_plugin, register_plugin.c.register_id == register_id, [], store_id=found)
    delete_rows(connection, channel_database, [register_id], store_id=found)


def put_plugins(connection: Connection, register_id: str, plugins: Sequence[EnabledPlugin]) -> int:
    """Set the plugins of a register, in order. How many rows changed."""
    place = connection.execute(select(register.c.store_id).where(register.c.register_id == register_id)).scalar_one()
    rows = [
        {
            "register_id": register_id,
            "position": position,
            "name": plugin.name,
            "required": plugin.required,
            "settings": _json(plugin.settings),
        }
        for position, plugin in enumerate(plugins)
    ]
    mine = register_plugin.c.register_id == register_id
    changed = replace_rows(connection, register_plugin, mine, rows, store_id=place)
    if changed:
        touch_registers(connection, place, register_id)
    return changed


def put_offline_profile(
    connection: Connection, store_id: str, settings: Mapping[str, Any] | OfflineProfile, register_id: str | None = None
) -> None:
    """Set a store's offline profile, or the settings in which one register differs from it.

    :param settings: the fields that differ from their defaults, by name.
    :raises msgspec.ValidationError: a field is unknown or its value is of the wrong type.
    """
    fields = msgspec.to_builtins(settings) if isinstance(settings, OfflineProfile) else dict(settings)
    unknown = set(fields) - set(OfflineProfile.__struct_fields__)
    if unknown:
        raise msgspec.ValidationError(f"an offline profile has no {', '.join(sorted(unknown))}")
    msgspec.convert(fields, OfflineProfile, strict=False)
    name = f"store {store_id}" if register_id is None else f"register {register_id}"
    changed = put_rows(connection, schema.offline_profile, [{"offline_profile": name, "settings": _json(fields)}])
    if register_id is None:
        changed += put_rows(connection, store, [{"store_id": store_id, "offline_profile": name}])
    else:
        changed += put_rows(
            connection, register, [{"register_id": register_id, "offline_profile": name}], store_id=store_id
        )
    if changed:
        touch_registers(connection, store_id, register_id)


def put_tenders(connection: Connection, store_id: str, tenders: Sequence[Tender]) -> None:
    """Set a store's tenders, in order."""
    rows = [
        {"store_id": store_id, "position": position, **msgspec.structs.asdict(tender)}
        for position, tender in enumerate(tenders)
    ]
    if replace_rows(connection, schema.tender, schema.tender.c.store_id == store_id, rows):
        touch_registers(connection, store_id)


def put_layout(connection: Connection, store_id: str, buttons: Sequence[LayoutButton]) -> None:
    """Set the button grid of a store's registers, in order, four a row.

    :raises kassa.errors.InvalidInput: a button's name or sub menu is none.
    """
    for button in buttons:
        as_button(button.operation, stored(button))
    name = f"store {store_id}"
    rows = [
        {"layout": name, "position": position, "operation": button.operation, "parameters": stored_json(button)}
        for position, button in enumerate(buttons)
    ]
    changed = put_rows(connection, schema.layout, [{"layout": name, "name": name}])
    changed += replace_rows(connection, layout_button, layout_button.c.layout == name, rows)
    changed += put_rows(connection, store, [{"store_id": store_id, "layout": name}])
    if changed:
        touch_registers(connection, store_id)


def put_tax_codes(connection: Connection, rates: Mapping[str, tuple[str, Decimal]]) -> None:
    """Tax codes: by code, the name and the rate as a fraction."""
    put_rows(
        connection,
        tax_code,
        [{"tax_code": code, "name": name, "rate": rate} for code, (name, rate) in rates.items()],
    )


def put_items(connection: Connection, items: Iterable[NewItem]) -> None:
    """Create or change items with their barcodes. A barcode belongs to the item it was given to last; one that an item
    no longer has is deleted."""
    items = list(items)
    put_rows(
        connection,
        item,
        [
            {
                "item_number": new.item_number,
                "description": new.description,
                "search_text": search_text(new.item_number, new.description, new.variant, *new.barcodes),
                "unit": new.unit,
                "tax_code": new.tax_code,
                "unit_price": new.unit_price,
                "blocked": False,
                "master_item_number": new.master_item_number,
                "variant": new.variant,
                "sold_as_variants": new.sold_as_variants,
                "category": new.category,
                "minimum_age": new.minimum_age,
                "serial_numbered": new.serial_numbered,
            }
            for new in items
        ],
    )
    codes = {
        code: {"barcode": code, "item_number": new.item_number, "quantity": new.quantities.get(code, Decimal(1))}
        for new in items
        for code in new.barcodes
    }
    _drop_old_barcodes(connection, {new.item_number for new in items}, set(codes))
    put_rows(connection, barcode, list(codes.values()))


def _drop_old_barcodes(connection: Connection, numbers: set[str], kept: set[str]) -> None:
    rows: list[Any] = []
    wanted = sorted(numbers)
    for start in range(0, len(wanted), LARGEST_IN):
        part = barcode.c.item_number.in_(wanted[start : start + LARGEST_IN])
        rows += connection.execute(select(barcode.c.barcode, barcode.c.item_number).where(part)).all()
    delete_rows(connection, barcode, [row.barcode for row in rows if row.barcode not in kept])


def put_customers(connection: Connection, customers: Iterable[NewCustomer]) -> None:
    """Create or change customers."""
    rows = [
        {
            "customer_number": new.number,
            "name": new.name,
            "search_text": search_text(new.number, new.name, new.phone, new.email),
            "phone": new.phone,
            "email": new.email,
            "country": new.country,
        }
        for new in customers
    ]
    put_rows(connection, customer, rows)


def put_permission_group(
    connection: Connection, name: str, permissions: Iterable[str], limits: Mapping[str, Decimal] | None = None
) -> None:
    """A permission group: what its members may do, and their limits by name (``discount_percent``)."""
    row = {
        "permission_group": name,
        "permissions": _json(sorted(permissions)),
        "limits": _json(dict(limits or {})),
    }
    put_rows(connection, permission_group, [row])


def put_staff(connection: Connection, environment: Environment, store_id: str, people: Iterable[NewStaff]) -> None:
    """Staff who work in a store, with their PINs. Their permission groups are there already.

    :raises kassa.errors.InvalidInput: a PIN is too short for what its owner may do.
    """
    for person in people:
        row = {
            "staff_id": person.staff_id,
            "name": person.name,
            "permission_group": person.permission_group,
            "language": person.language,
            "blocked": False,
        }
        put_rows(connection, staff, [row])
        set_pin(connection, environment, person.staff_id, person.pin, _permissions(connection, person.permission_group))
        upsert_staff_place(connection, store_id, person.staff_id)


def upsert_staff_place(connection: Connection, store_id: str, staff_id: str) -> None:
    """Let a staff member work in a store."""
    if put_rows(connection, store_staff, [{"store_id": store_id, "staff_id": staff_id}]):
        _touch_staff(connection, store_id, staff_id)


def remove_staff_place(connection: Connection, store_id: str, staff_id: str) -> None:
    """Let a staff member work in a store no more; its registers forget them at the next distribution."""
    if delete_rows(connection, store_staff, [row_key(store_staff, {"store_id": store_id, "staff_id": staff_id})]):
        _touch_staff(connection, store_id, staff_id)


def _touch_staff(connection: Connection, store_id: str, staff_id: str) -> None:
    for table in (staff, schema.staff_credential):
        touch_row(connection, table, staff_id, store_id)


def delete_staff(connection: Connection, staff_id: str) -> None:
    """Delete a staff member with their PIN: they work nowhere any more."""
    places = select(store_staff.c.store_id).where(store_staff.c.staff_id == staff_id)
    for store_id in connection.execute(places).scalars().all():
        remove_staff_place(connection, store_id, staff_id)
    delete_rows(connection, schema.staff_credential, [staff_id])
    delete_rows(connection, staff, [staff_id])


def block_staff(connection: Connection, staff_id: str, blocked: bool = True) -> None:
    """Let a staff member log on nowhere any more, or again."""
    put_rows(connection, staff, [{"staff_id": staff_id, "blocked": blocked}])


def _permissions(connection: Connection, group: str) -> frozenset[str]:
    wanted = select(permission_group.c.permissions).where(permission_group.c.permission_group == group)
    found = connection.execute(wanted).scalar()
    return frozenset() if found is None else msgspec.json.decode(found, type=frozenset[str])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
