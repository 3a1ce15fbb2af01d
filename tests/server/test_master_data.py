"""Master data: row versions that no reader can skip, tombstones, pages."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.conftest import Shop
from tests.server.device import Device

from kassa.errors import InvalidInput
from kassa.masterdata import apply_page, offline
from kassa.requests.contact import ChangesPage, ReadChanges
from kassa.runtime.channel_records import key_of
from kassa.schema import MASTER_TABLES, make_engine, master
from kassa.schema.master import barcode, customer, item, tombstone
from kassa_server.master_data import delete_rows, put_rows
from kassa_server.setup_store import NewItem, NewStaff, block_staff, put_items, put_permission_group, put_staff


def customer_row(number: int, name: str = "A") -> dict[str, Any]:
    return {"customer_number": str(number), "name": name, "search_text": name.lower()}


def put(shop: Shop, *numbers: int, name: str = "A") -> None:
    with shop.channel.writing() as connection:
        put_rows(connection, customer, [customer_row(number, name) for number in numbers])


def put_and_fail(shop: Shop, number: int) -> None:
    with shop.channel.writing() as connection:
        put_rows(connection, customer, [customer_row(number)])
        raise ZeroDivisionError


def versions(shop: Shop) -> dict[str, int]:
    return {row["customer_number"]: row["row_version"] for row in shop.rows(customer)}


def read_all(till: Device, table: str, *, after: int = 0, limit: int = 2000) -> list[ChangesPage]:
    pages = [till.ask(ReadChanges(table, after, limit))]
    while pages[-1].more:
        pages.append(till.ask(ReadChanges(table, pages[-1].next_after, limit)))
    return pages


def test_each_changed_row_gets_a_higher_version(shop: Shop) -> None:
    """Versions only rise, and no two rows share one, also in one write."""
    put(shop, 1, 2, 3)
    first = versions(shop)
    assert len(set(first.values())) == 3
    put(shop, 2, name="B")
    second = versions(shop)
    assert second["2"] > max(first.values())
    assert (second["1"], second["3"]) == (first["1"], first["3"])


def test_slow_writer_is_never_skipped(shop: Shop) -> None:
    """A writer that is slow to commit holds the others back: whoever reads a version has read all below it. (With
    numbers given before the commit the reader below would see 2 first and never come back for 1.)"""
    slow_has_number, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with shop.channel.writing() as connection:
            put_rows(connection, customer, [customer_row(1)])
            slow_has_number.set()
            go_on.wait(10)

    def quick() -> None:
        slow_has_number.wait(10)
        put(shop, 2)

    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    for thread in threads:
        thread.start()
    slow_has_number.wait(10)
    threads[1].join(0.3)  # it must wait; a writer that need not would be through by now
    after, seen = 0, []
    for row in sorted(shop.rows(customer), key=lambda row: row["row_version"]):
        seen.append(row["customer_number"])
        after = row["row_version"]
    go_on.set()
    for thread in threads:
        thread.join()
    seen += [row["customer_number"] for row in shop.rows(customer) if row["row_version"] > after]
    assert sorted(seen) == ["1", "2"]
    ordered = sorted(versions(shop), key=versions(shop).__getitem__)
    assert ordered == ["1", "2"]


def test_rolled_back_write_leaves_no_trace(shop: Shop) -> None:
    """What is rolled back has used no version that a reader could wait for."""
    put(shop, 1)
    with pytest.raises(ZeroDivisionError):
        put_and_fail(shop, 2)
    put(shop, 3)
    found = versions(shop)
    assert found["3"] == found["1"] + 1


def test_deleted_row_leaves_a_tombstone_until_it_comes_back(shop: Shop) -> None:
    """A delete is a change with a version; a row that comes back loses its tombstone and has a higher one."""
    put(shop, 1, 2)
    with shop.channel.writing() as connection:
        assert delete_rows(connection, customer, ["1", "unknown"]) == 1
    (stone,) = shop.rows(tombstone, table_name="customer")
    assert stone["row_key"] == "1"
    assert stone["row_version"] > versions(shop)["2"]
    put(shop, 1)
    assert shop.rows(tombstone, table_name="customer") == []
    assert versions(shop)["1"] > stone["row_version"]


def test_many_rows_are_deleted_in_parts(shop: Shop) -> None:
    """More keys than one statement may carry are no trouble."""
    put(shop, *range(2500))
    with shop.channel.writing() as connection:
        assert delete_rows(connection, customer, [str(number) for number in range(2500)]) == 2500
    assert len(shop.rows(tombstone, table_name="customer")) == 2500


@pytest.mark.parametrize("limit", [1, 5, 12, 2000])
def test_pages_hold_every_row_once_in_version_order(shop: Shop, limit: int) -> None:
    """Whatever the page size a snapshot has every row once, and the total is told with each page."""
    till = shop.device()
    pages = read_all(till, "item", limit=limit)
    numbers = [row[pages[0].columns.index("item_number")] for page in pages for row in page.rows]
    assert sorted(numbers) == sorted(row["item_number"] for row in shop.rows(item))
    found = [row[pages[0].columns.index("row_version")] for page in pages for row in page.rows]
    assert found == sorted(found)
    assert {page.total for page in pages} == {12}
    assert pages[-1].next_after == found[-1]


def test_changes_are_the_rows_above_a_version(shop: Shop) -> None:
    """Only what changed since is read; nothing new means an empty page at the same version."""
    till = shop.device()
    last = read_all(till, "item")[-1].next_after
    assert till.ask(ReadChanges("item", last)).rows == ()
    assert till.ask(ReadChanges("item", last)).next_after == last
    with shop.channel.writing() as connection:
        put_items(connection, [NewItem("1001", "Kaffe", Decimal("59.90"), "12")])
    (row,) = till.ask(ReadChanges("item", last)).rows
    assert "59.9000" in row


def test_pages_fill_an_offline_database(shop: Shop, tmp_path: Any) -> None:
    """What the server sends is what a register's offline database takes in: every table, value for value; deletes
    follow."""
    till = shop.device()
    put(shop, 1, 2)
    register = make_engine(f"sqlite:///{tmp_path / 'offline.db'}")
    master.create_all(register)
    offline.create_all(register)
    fetch(till, register)
    with shop.channel.writing() as connection:
        delete_rows(connection, customer, ["1"])
    fetch(till, register)
    for table in MASTER_TABLES:
        here = {row[key_of(table)]: row for row in shop.rows(table)}
        with register.connect() as connection:
            there = {row[key_of(table)]: dict(row) for row in connection.execute(select(table)).mappings()}
        assert here == there, table.name
    register.dispose()


def fetch(till: Device, register: Any) -> None:
    from kassa.masterdata import checkpoint_of

    for table in MASTER_TABLES:
        with register.begin() as connection:
            for page in read_all(till, str(table.name), after=checkpoint_of(connection, table.name)):
                apply_page(connection, page)


def test_unknown_table_is_refused(shop: Shop) -> None:
    """Nothing but master data is read: no credentials, no devices."""
    till = shop.device()
    for table in ("staff_credential", "device", "activation_code", "nothing"):
        with pytest.raises(InvalidInput):
            till.ask(ReadChanges(table))


def test_staff_go_only_to_their_own_store(shop: Shop) -> None:
    """A register is sent the staff of its own store, and nobody else's."""
    from kassa.model import Store
    from kassa_server.setup_store import put_store

    till = shop.device()
    with shop.channel.writing() as connection:
        put_store(connection, Store("S2", "Elsewhere", "SEK"))
        put_staff(connection, shop.channel.environment, "S2", [NewStaff("3001", "Olle", "1234", "cashier")])
    (page,) = read_all(till, "staff")
    assert sorted(row[0] for row in page.rows) == ["1001", "2001"]
    assert page.total == 2


def test_barcode_moves_between_items(shop: Shop) -> None:
    """A barcode that two items swap in one import belongs to the item it was given to last, and is there once."""
    codes = {row["item_number"]: row["barcode"] for row in shop.rows(barcode)}
    with shop.channel.writing() as connection:
        put_items(
            connection,
            [
                NewItem("1001", "Kaffe", Decimal("59.90"), "12", (codes["1002"],)),
                NewItem("1002", "Mjölk", Decimal("17.50"), "12", (codes["1001"],)),
            ],
        )
    found = {row["barcode"]: row["item_number"] for row in shop.rows(barcode)}
    assert (found[codes["1001"]], found[codes["1002"]]) == ("1002", "1001")
    assert shop.rows(tombstone, table_name="barcode") == []


def test_barcode_that_an_item_no_longer_has_is_gone(shop: Shop) -> None:
    """An item imported with another barcode is not found by the old one."""
    (old,) = shop.rows(barcode, item_number="1001")
    with shop.channel.writing() as connection:
        put_items(connection, [NewItem("1001", "Kaffe", Decimal("59.90"), "12", ("7310000000001",))])
    assert [row["barcode"] for row in shop.rows(barcode, item_number="1001")] == ["7310000000001"]
    assert [stone["row_key"] for stone in shop.rows(tombstone, table_name="barcode")] == [old["barcode"]]


def test_blocked_staff_is_a_change(shop: Shop) -> None:
    """Blocking somebody reaches every register as a change of the row."""
    till = shop.device()
    last = read_all(till, "staff")[-1].next_after
    with shop.channel.writing() as connection:
        block_staff(connection, "1001")
        put_permission_group(connection, "cashier", ["sell"])
    (row,) = till.ask(ReadChanges("staff", last)).rows
    assert row[0] == "1001"
