"""The register's record, put together from the tables."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from kassa.errors import NotFound
from kassa.layouts import as_button
from kassa.model import EnabledPlugin, LayoutButton, OfflineProfile, RegisterRecord, Store, Tender
from kassa.text import literal, texts
from kassa_server.master_data import next_versions
from kassa_server.schema import layout_button, offline_profile, register, register_plugin, store, tender

_, n_ = texts("kassa_server")


def read_record(connection: Connection, register_id: str) -> RegisterRecord:
    """The record of a register as it is now.

    :raises NotFound: there is no such register.
    """
    row = connection.execute(select(register).where(register.c.register_id == register_id)).first()
    if row is None:
        raise NotFound(_("There is no register {register}.", register=literal(register_id)))
    shop = connection.execute(select(store).where(store.c.store_id == row.store_id)).one()
    return RegisterRecord(
        register_id=row.register_id,
        name=row.name,
        store=as_store(shop),
        plugins=_plugins(connection, register_id),
        profile=_profile(connection, shop.offline_profile, row.offline_profile),
        tenders=_tenders(connection, row.store_id),
        buttons=_buttons(connection, row.layout or shop.layout),
        support_offline=row.support_offline,
        receipt_mask=row.receipt_mask,
        version=row.version,
    )


def read_store(connection: Connection, store_id: str) -> Store:
    """A store.

    :raises NotFound: there is no such store.
    """
    row = connection.execute(select(store).where(store.c.store_id == store_id)).first()
    if row is None:
        raise NotFound(_("There is no store {store}.", store=literal(store_id)))
    return as_store(row)


def as_store(row: Row[Any]) -> Store:
    """A row of the store table as a record."""
    layout = {} if row.receipt_layout is None else msgspec.json.decode(row.receipt_layout)
    return Store(
        row.store_id, row.name, row.currency, row.timezone, row.language, row.tax_included, row.country, layout
    )  # fmt: skip


def touch_registers(connection: Connection, store_id: str, register_id: str | None = None) -> None:
    """Raise the record version of one register, or of all in a store: something in their record has changed."""
    version = next_versions(connection, 1)[0]
    which = register.c.store_id == store_id
    if register_id is not None:
        which &= register.c.register_id == register_id
    connection.execute(update(register).where(which).values(version=version))


def _plugins(connection: Connection, register_id: str) -> tuple[EnabledPlugin, ...]:
    listed = register_plugin.c.register_id == register_id
    rows = connection.execute(select(register_plugin).where(listed).order_by(register_plugin.c.position))
    return tuple(
        EnabledPlugin(row.name, required=row.required, settings=msgspec.json.decode(row.settings)) for row in rows
    )


def _profile(connection: Connection, *names: str | None) -> OfflineProfile:
    """The store's profile, with the register's own settings over it, field by field."""
    settings: dict[str, Any] = {}
    for name in names:
        if name is not None:
            chosen = offline_profile.c.offline_profile == name
            found = connection.execute(select(offline_profile.c.settings).where(chosen)).scalar_one()
            settings.update(msgspec.json.decode(found))
    return msgspec.convert(settings, OfflineProfile, strict=False)


def _tenders(connection: Connection, store_id: str) -> tuple[Tender, ...]:
    of_store = tender.c.store_id == store_id
    rows = connection.execute(select(tender).where(of_store).order_by(tender.c.position, tender.c.tender_id))
    return tuple(
        msgspec.convert(
            {
                "tender_id": row.tender_id,
                "kind": row.kind,
                "name": row.name,
                "rounding": row.rounding,
                "currency": row.currency,
            },
            Tender,
        )
        for row in rows
    )


def _buttons(connection: Connection, layout: str | None) -> tuple[LayoutButton, ...]:
    rows = connection.execute(
        select(layout_button).where(layout_button.c.layout == layout).order_by(layout_button.c.position)
    )
    return tuple(as_button(row.operation, msgspec.json.decode(row.parameters)) for row in rows)
