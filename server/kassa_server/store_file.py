"""A whole store in one document: what ``kassa store create FILE``, the demo and the test kit set up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from kassa.errors import InvalidInput
from kassa.model import EnabledPlugin, LayoutButton, Store, Tender
from kassa.text import texts
from kassa_server import setup_store as setup
from kassa_server.channel import Channel
from kassa_server.migrate import upgrade
from kassa_server.setup_prices import NewCoupon, NewDiscount, put_coupons, put_discounts
from kassa_server.setup_till import (
    GS1_SWEDEN,
    NewAccount,
    NewBarcodeMask,
    NewExchangeRate,
    NewReasonCode,
    put_accounts,
    put_barcode_masks,
    put_exchange_rates,
    put_reason_codes,
)

_, n_ = texts("kassa_server")


class NewGroup(msgspec.Struct, frozen=True):
    """A permission group."""

    name: str
    permissions: tuple[str, ...]
    limits: dict[str, Decimal] = {}


class NewTaxCode(msgspec.Struct, frozen=True):
    """A tax code; ``rate`` is a fraction."""

    tax_code: str
    name: str
    rate: Decimal


class NewRegister(msgspec.Struct, frozen=True):
    """A register."""

    register_id: str
    name: str
    plugins: tuple[EnabledPlugin, ...] = setup.DEFAULT_PLUGINS
    support_offline: bool = True


class StoreDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A store with everything that a register in it needs."""

    store: Store
    registers: tuple[NewRegister, ...]
    permission_groups: tuple[NewGroup, ...] = ()
    staff: tuple[setup.NewStaff, ...] = ()
    tax_codes: tuple[NewTaxCode, ...] = ()
    tenders: tuple[Tender, ...] = ()
    buttons: tuple[LayoutButton, ...] = ()
    items: tuple[setup.NewItem, ...] = ()
    customers: tuple[setup.NewCustomer, ...] = ()
    profile: dict[str, Any] = {}
    discounts: tuple[NewDiscount, ...] = ()
    coupons: tuple[NewCoupon, ...] = ()
    barcode_masks: tuple[NewBarcodeMask, ...] | None = None
    reason_codes: tuple[NewReasonCode, ...] = ()
    exchange_rates: tuple[NewExchangeRate, ...] = ()
    accounts: tuple[NewAccount, ...] = ()


def create_store(channel: Channel, description: StoreDescription) -> None:
    """Create or change a store with all that belongs to it, in one transaction."""
    store_id = description.store.store_id
    with channel.writing() as connection:
        setup.put_store(connection, description.store)
        setup.put_offline_profile(connection, store_id, description.profile)
        setup.put_tax_codes(connection, {tax.tax_code: (tax.name, tax.rate) for tax in description.tax_codes})
        setup.put_tenders(connection, store_id, description.tenders)
        setup.put_layout(connection, store_id, description.buttons)
        for group in description.permission_groups:
            setup.put_permission_group(connection, group.name, group.permissions, group.limits)
        setup.put_staff(connection, channel.environment, store_id, description.staff)
        setup.put_items(connection, description.items)
        setup.put_customers(connection, description.customers)
        put_discounts(connection, description.discounts)
        put_coupons(connection, description.coupons)
        put_barcode_masks(connection, _masks(description))
        put_reason_codes(connection, description.reason_codes)
        put_exchange_rates(connection, description.exchange_rates)
        put_accounts(connection, description.accounts)
        for new in description.registers:
            setup.put_register(
                connection,
                new.register_id,
                store_id,
                new.name,
                plugins=new.plugins,
                support_offline=new.support_offline,
            )


def _masks(description: StoreDescription) -> tuple[NewBarcodeMask, ...]:
    """Those that are said; where nothing is, those of the country."""
    if description.barcode_masks is not None:
        return description.barcode_masks
    return GS1_SWEDEN if description.store.country == "SE" else ()


def read_description(document: bytes | Mapping[str, Any]) -> StoreDescription:
    """A description out of JSON, or out of plain dictionaries.

    :raises InvalidInput: it says something that no store has; where, in the words of the decoder.
    """
    try:
        if isinstance(document, bytes):
            return msgspec.json.decode(document, type=StoreDescription)
        return msgspec.convert(document, StoreDescription)
    except msgspec.DecodeError as error:
        raise InvalidInput(
            _("The description of the store cannot be read."), kept=_("Nothing was changed."), where=str(error)
        ) from error


def prepare(database: str, document: bytes | Mapping[str, Any]) -> None:
    """A channel database at ``database`` with the store that ``document`` describes."""
    channel = Channel(database)
    try:
        upgrade(channel.engine)
        create_store(channel, read_description(document))
    finally:
        channel.close()
