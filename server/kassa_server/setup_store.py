"""Setting up stores, registers, staff and items: what headquarters will do, as functions on the channel database.

Each function works within the caller's transaction (``with channel.writing() as connection``), creates or replaces,
and raises the version of the register records it touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from kassa.environment import Environment
from kassa.folding import search_text
from kassa.masterdata import upsert
from kassa.model import EnabledPlugin, LayoutButton, OfflineProfile, Store, Tender
from kassa.schema.master import barcode, customer, item, permission_group, staff, tax_code
from kassa.schema.rules import LARGEST_IN
from kassa_server import schema
from kassa_server.credentials import set_pin
from kassa_server.master_data import delete_rows, put_rows, touch_row
from kassa_server.record import touch_registers

DEFAULT_PLUGINS = (
    EnabledPlugin("sale", required=True),
    EnabledPlugin("payment", required=True),
    EnabledPlugin("staff", required=True),
    EnabledPlugin("offline_failover"),
    EnabledPlugin("operation_917"),
    EnabledPlugin("status_header"),
    EnabledPlugin("sync"),
    EnabledPlugin("customer"),
)


class NewItem(msgspec.Struct, frozen=True):
    """An item as the catalogue has it. ``unit_price`` with or without tax, as the store says."""

    item_number: str
    description: str
    unit_price: Decimal
    tax_code: str
    barcodes: tuple[str, ...] = ()
    unit: str = "pcs"


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


def put_store(connection: Connection, store: Store) -> None:
    """Create or change a store."""
    row = msgspec.structs.asdict(store)
    kept = connection.execute(
        select(schema.store.c.offline_profile, schema.store.c.layout).where(schema.store.c.store_id == store.store_id)
    ).first()
    row |= {"offline_profile": kept.offline_profile, "layout": kept.layout} if kept is not None else {}
    upsert(connection, schema.store, [row])
    touch_registers(connection, store.store_id)


def put_register(
    connection: Connection,
    register_id: str,
    store_id: str,
    name: str,
    *,
    plugins: Sequence[EnabledPlugin] = DEFAULT_PLUGINS,
    support_offline: bool = True,
    receipt_mask: str = "{store}-{terminal}-{series}-{counter:06}",
) -> None:
    """Create or change a register with its plugins, in order."""
    row = {
        "register_id": register_id,
        "store_id": store_id,
        "name": name,
        "support_offline": support_offline,
        "receipt_mask": receipt_mask,
        "version": 0,
    }
    upsert(connection, schema.register, [row])
    listed = schema.register_plugin
    connection.execute(delete(listed).where(listed.c.register_id == register_id))
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
    if rows:
        connection.execute(insert(listed), rows)
    touch_registers(connection, store_id, register_id)


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
    upsert(connection, schema.offline_profile, [{"offline_profile": name, "settings": _json(fields)}])
    table, key = (schema.store, store_id) if register_id is None else (schema.register, register_id)
    own = next(iter(table.primary_key.columns))
    connection.execute(table.update().where(own == key).values(offline_profile=name))
    touch_registers(connection, store_id, register_id)


def put_tenders(connection: Connection, store_id: str, tenders: Sequence[Tender]) -> None:
    """Set a store's tenders, in order."""
    connection.execute(delete(schema.tender).where(schema.tender.c.store_id == store_id))
    rows = [
        {"store_id": store_id, "position": position, **msgspec.structs.asdict(tender)}
        for position, tender in enumerate(tenders)
    ]
    if rows:
        connection.execute(insert(schema.tender), rows)
    touch_registers(connection, store_id)


def put_layout(connection: Connection, store_id: str, buttons: Sequence[LayoutButton]) -> None:
    """Set the button grid of a store's registers, in order, four a row."""
    name = f"store {store_id}"
    connection.execute(delete(schema.layout_button).where(schema.layout_button.c.layout == name))
    rows = [
        {
            "layout": name,
            "position": position,
            "operation": button.operation,
            "parameters": _json(button.parameters),
        }
        for position, button in enumerate(buttons)
    ]
    if rows:
        connection.execute(insert(schema.layout_button), rows)
    connection.execute(schema.store.update().where(schema.store.c.store_id == store_id).values(layout=name))
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
                "search_text": search_text(new.item_number, new.description, *new.barcodes),
                "unit": new.unit,
                "tax_code": new.tax_code,
                "unit_price": new.unit_price,
                "blocked": False,
            }
            for new in items
        ],
    )
    codes = [(code, new.item_number) for new in items for code in new.barcodes]
    _drop_old_barcodes(connection, {new.item_number for new in items}, {code for code, _number in codes})
    put_rows(
        connection,
        barcode,
        [{"barcode": code, "item_number": number, "quantity": Decimal(1)} for code, number in codes],
    )


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
    here = schema.store_staff.c.store_id == store_id
    known = select(schema.store_staff.c.staff_id).where(here, schema.store_staff.c.staff_id == staff_id)
    if connection.execute(known).first() is None:
        connection.execute(insert(schema.store_staff).values(store_id=store_id, staff_id=staff_id))
        touch_row(connection, staff, staff_id)


def remove_staff_place(connection: Connection, store_id: str, staff_id: str) -> None:
    """Let a staff member work in a store no more; its registers forget them at the next distribution."""
    here = (schema.store_staff.c.store_id == store_id) & (schema.store_staff.c.staff_id == staff_id)
    if connection.execute(delete(schema.store_staff).where(here)).rowcount:
        touch_row(connection, staff, staff_id)


def block_staff(connection: Connection, staff_id: str, blocked: bool = True) -> None:
    """Let a staff member log on nowhere any more, or again."""
    row = connection.execute(select(staff).where(staff.c.staff_id == staff_id)).mappings().one()
    put_rows(connection, staff, [{**row, "blocked": blocked}])


def _permissions(connection: Connection, group: str) -> frozenset[str]:
    wanted = select(permission_group.c.permissions).where(permission_group.c.permission_group == group)
    found = connection.execute(wanted).scalar()
    return frozenset() if found is None else msgspec.json.decode(found, type=frozenset[str])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
