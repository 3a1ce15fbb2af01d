"""The log of changes: everything that headquarters says, by whom, once; never a secret."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from kassa.model import EnabledPlugin, LayoutButton, Store, Tender
from kassa.schema.master import barcode, discount, item, permission_group, price, tax_code, unit_of_measure
from kassa.schema.master import customer as customer_table
from kassa.schema.master import staff as staff_table
from kassa_server import setup_store as setup
from kassa_server.channel import Channel
from kassa_server.headquarters.changes import Author, changes_by
from kassa_server.headquarters.databases import put_channel_database_group
from kassa_server.row_keys import key_values, row_key
from kassa_server.schema import (
    change_log,
    channel_database,
    channel_database_group,
    layout,
    layout_button,
    offline_profile,
    register,
    register_plugin,
    staff_credential,
    store,
    store_staff,
    tender,
)
from kassa_server.setup_prices import NewDiscount, NewPrice, NewUnit, put_discounts, put_prices, put_units

ANNA = Author("anna", "web")


def log(headquarters: Channel, table: Any = None, **equals: Any) -> list[Any]:
    """Anna's changes."""
    statement = select(change_log).where(change_log.c.author == "anna").order_by(change_log.c.version)
    if table is not None:
        statement = statement.where(change_log.c.table_name == table.name)
    for name, value in equals.items():
        statement = statement.where(change_log.c[name] == value)
    with headquarters.reading() as connection:
        return list(connection.execute(statement))


def set_up(headquarters: Channel, pin: str = "1234") -> None:
    """A store with one of everything."""
    with changes_by(ANNA), headquarters.writing() as connection:
        setup.put_store(connection, Store("S3", "Third", "SEK"))
        setup.put_tax_codes(connection, {"0": ("None", Decimal(0))})
        setup.put_offline_profile(connection, "S3", {"request_timeout_s": 5})
        setup.put_tenders(connection, "S3", [Tender("cash", "cash", "Kontant"), Tender("card", "card", "Kort")])
        setup.put_layout(connection, "S3", [LayoutButton(105), LayoutButton(917)])
        setup.put_permission_group(connection, "trainee", ["sell"])
        if pin:
            people = [setup.NewStaff("3003", "Eva", pin, "trainee")]
            setup.put_staff(connection, headquarters.environment, "S3", people)
        setup.put_items(connection, [setup.NewItem("T1", "Tea", Decimal(10), "0", ("2990010000014",))])
        setup.put_customers(connection, [setup.NewCustomer("K9", "Bo")])
        setup.put_register(connection, "R30", "S3", "Kassa 30", plugins=[EnabledPlugin("sale")])
        put_units(connection, [NewUnit("kg", "kilogram", 3)])
        put_prices(connection, [NewPrice("T1", Decimal(9), "S3")])
        put_discounts(connection, [NewDiscount("D1", "Sale", "percent", Decimal(20), item_number="T1")])
        put_channel_database_group(connection, "NORTH", "North")


def test_everything_is_logged_with_its_author(headquarters: Channel) -> None:
    """Every table that headquarters writes: each new row once, with who and from where, under the store it belongs
    to."""
    set_up(headquarters)
    of_store = (store, tender, register, register_plugin, store_staff, price, channel_database)
    global_ones = (
        tax_code, offline_profile, layout, layout_button, permission_group, staff_table, staff_credential, item,
        barcode, customer_table, unit_of_measure, discount, channel_database_group,
    )  # fmt: skip
    for table in (*of_store, *global_ones):
        inserted = log(headquarters, table, action="insert")
        assert inserted, table.name
        assert {row.origin for row in inserted} == {"web"}
        assert {row.store_id for row in inserted} == ({"S3"} if table in of_store else {""}), table.name
    versions = [row.version for row in log(headquarters)]
    assert len(versions) == len(set(versions))


def test_writing_what_is_there_logs_nothing(headquarters: Channel) -> None:
    """A retried write, or a file that is imported again, changes nothing and is in no log; nor does a register's record
    get a new version."""
    set_up(headquarters)
    with headquarters.reading() as connection:
        before = connection.execute(select(register.c.version).where(register.c.register_id == "R30")).scalar_one()
    logged = len(log(headquarters))
    set_up(headquarters, pin="")
    assert len(log(headquarters)) == logged
    with headquarters.reading() as connection:
        after = connection.execute(select(register.c.version).where(register.c.register_id == "R30")).scalar_one()
    assert after == before


def test_what_changed_from_what_to_what(headquarters: Channel) -> None:
    """A row with a key of several columns has one text as its key; a change names its columns, a deletion what went."""
    set_up(headquarters)
    with changes_by(ANNA), headquarters.writing() as connection:
        setup.put_tenders(connection, "S3", [Tender("cash", "cash", "Cash", Decimal(1))])
    changed, gone = log(headquarters, tender, action="update")[-1], log(headquarters, tender, action="delete")[-1]
    assert (changed.row_key, gone.row_key) == ('["S3","cash"]', '["S3","card"]')
    assert msgspec.json.decode(changed.before) == {"name": "Kontant", "rounding": None}
    assert msgspec.json.decode(changed.after) == {"name": "Cash", "rounding": "1"}
    assert (msgspec.json.decode(gone.before)["name"], gone.after) == ("Kort", None)


def test_pin_is_logged_as_changed_and_no_more(headquarters: Channel) -> None:
    """That somebody got another PIN is in the log, and neither salt nor hash."""
    set_up(headquarters)
    set_up(headquarters, pin="4321")
    changed = log(headquarters, staff_credential, action="update", row_key="3003")
    with_columns = [row for row in changed if msgspec.json.decode(row.columns)]
    assert set(msgspec.json.decode(with_columns[-1].columns)) == {"salt", "hash", "version"}
    assert set(msgspec.json.decode(with_columns[-1].after)) == {"version"}


@pytest.mark.parametrize("values", [("a", "b,c"), ("a,b", "c"), ('a"', "b"), ("a", '"b'), ("å", "\\")])
def test_no_two_keys_share_a_text(values: tuple[str, str]) -> None:
    """A key of several columns is read back as it was, whatever signs are in it."""
    text = row_key(tender, {"store_id": values[0], "tender_id": values[1]})
    assert key_values(tender, text) == values
