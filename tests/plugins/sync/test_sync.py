"""The sync plugin: when it runs, what it brings, and what happens when it is cut off (S9, S10, S11)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from kassa.errors import NotAvailable
from kassa.packages.errors import PackageDamaged
from kassa.packages.listing import KeySet, PackageEntry, SigningKey, SyncReport
from kassa.register import Register
from kassa.schema.master import customer, item
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import SMALL_STORE
from kassa_sync.tries import Failures

MANY = 9000


def prices(register: Register) -> dict[str, Decimal]:
    with register.offline_database.reading() as connection:
        rows = connection.execute(select(item.c.item_number, item.c.unit_price)).all()
        return {row.item_number: row.unit_price for row in rows}


def change_item(shop: Shop, number: str, price: str) -> None:
    from kassa_server.setup_store import NewItem, put_items

    channel = shop.server.channel()
    with channel.writing() as connection:
        put_items(connection, [NewItem(number, f"Item {number}", Decimal(price), "25", (shop.barcode(number),))])
    channel.close()


def delete_item(shop: Shop, number: str) -> None:
    from kassa_server.master_data import delete_rows

    channel = shop.server.channel()
    with channel.writing() as connection:
        delete_rows(connection, item, [number])
    channel.close()


def many_items() -> dict[str, Any]:
    added = [
        {"item_number": f"8{n:06}", "description": f"Item {n}", "unit_price": "1.00", "tax_code": "25"}
        for n in range(MANY)
    ]
    return {**SMALL_STORE, "items": [*SMALL_STORE["items"], *added]}


def test_nothing_is_fetched_before_the_first_log_on(shop: Shop) -> None:
    """Synchronisation starts after the first log on of a run, and being asked before that is refused (S9)."""
    register = shop.open_register()
    with pytest.raises(NotAvailable):
        register.synchronise_now()
    assert register.sync_status().download is None
    shop.log_on(register)
    wait_until(lambda: register.sync_status().checked_at is not None, "the first round is over")
    assert len(prices(register)) == len(SMALL_STORE["items"])


def test_changes_and_deletions_arrive_and_only_they(shop: Shop, register: Register) -> None:
    """A round brings what has changed since the last, and takes away what was deleted."""
    wait_until(lambda: register.sync_status().checked_at is not None, "the first round is over")
    change_item(shop, "1001", "59.90")
    delete_item(shop, "1012")
    shop.server.distribute()
    before = register.sync_status().checked_at
    register.synchronise_now()
    wait_until(lambda: register.sync_status().checked_at != before, "another round is over")
    found = prices(register)
    assert found["1001"] == Decimal("59.90")
    assert "1012" not in found
    download = register.sync_status().download
    assert download is not None
    assert 0 < download.rows < len(SMALL_STORE["items"])


def test_a_download_that_is_cut_off_goes_on_where_it_was(make_shop: Callable[..., Shop]) -> None:
    """A register that is closed while it fetches goes on at the next run: nothing is sent twice, and no half-loaded
    database is sold from."""
    shop = make_shop(store=many_items(), profile={"request_timeout_s": 5})
    register = shop.open_register()
    register.downloads.may_go_on = lambda: False  # cut off after the first chunk
    shop.log_on(register)
    wait_until(lambda: register.sync_status().download is not None, "the first round has failed")
    assert not register.offline_database.available
    (part,) = (register.directory / "packages").glob("*.zst")
    had = part.stat().st_size
    assert had > 0
    register.close()
    again = shop.open_register(register.directory)
    fetched: list[httpx.Response] = []
    again.downloads.on_response = fetched.append
    shop.log_on(again)
    shop.with_data(again)
    assert len(prices(again)) == MANY + len(SMALL_STORE["items"])
    assert [response.status_code for response in fetched] == [206]
    assert fetched[0].headers["content-range"].startswith(f"bytes {had}-")
    assert list((register.directory / "packages").glob("*.zst")) == []


def damage(shop: Shop, kind: str, table_group: str) -> None:
    """Flip a bit in the newest package of a table group."""
    (row,) = shop.server.query(
        "SELECT package_id FROM package WHERE kind = :kind AND table_group = :table_group AND retired_at IS NULL"
        " ORDER BY to_version DESC LIMIT 1",
        kind=kind,
        table_group=table_group,
    )
    file = shop.server.folder / "packages" / f"{row['package_id']}.zst"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)


def add_customer(shop: Shop) -> None:
    from kassa_server.setup_store import NewCustomer, put_customers

    channel = shop.server.channel()
    with channel.writing() as connection:
        put_customers(connection, [NewCustomer("K1", "Bo")])
    channel.close()


def test_a_bad_package_stops_its_own_group(shop: Shop, register: Register) -> None:
    """A package with a flipped bit is named and not used; the other table groups go on, and so does the register. The
    next good package puts things right."""
    change_item(shop, "1001", "59.90")
    add_customer(shop)
    shop.server.distribute()
    damage(shop, "delta", "products")
    register.synchronise_now()
    wait_until(lambda: [one.error for one in register.sync_status().groups if one.error] != [], "the group is stopped")
    groups = {one.table_group: one for one in register.sync_status().groups}
    assert [name for name, one in groups.items() if one.error] == ["products"]
    assert groups["customers"].rows == 1
    assert prices(register)["1001"] == Decimal("54.90")
    register.run(100, code=shop.barcode("1002"))
    register.run(200)
    change_item(shop, "1001", "61.00")
    shop.server.distribute()
    register.synchronise_now()
    wait_until(lambda: prices(register)["1001"] == Decimal(61), "the next package is in")
    wait_until(lambda: not any(one.error for one in register.sync_status().groups), "nothing is wrong any more")


def test_a_package_is_left_alone_after_three_tries(shop: Shop, register: Register) -> None:
    """Three tries, with pauses that grow; then it is left alone, and its reason stays."""
    change_item(shop, "1001", "59.90")
    shop.server.distribute()
    damage(shop, "delta", "products")
    before = prices(register)
    register.synchronise_now()
    wait_until(lambda: any(one.error for one in register.sync_status().groups), "the group is stopped")
    failures = Failures(register)
    failed = failures.of("products")
    assert failed is not None
    assert (failed.tries, failed.dead, failures.waits("products", failed.package_id)) == (1, False, True)
    entry = PackageEntry(failed.package_id, "delta", "batches", "products", 0, 1, 1, 1, "")
    for _ in range(2):
        failures.note("products", entry, PackageDamaged(failed.error), "download_failed")
    kept = Failures(register).of("products")
    assert kept is not None
    assert kept.dead
    assert not failures.waits("products", "another")
    assert prices(register) == before


def test_a_list_of_somebody_else_is_not_believed(shop: Shop, register: Register) -> None:
    """A list that is not signed by a pinned key changes nothing, and the register says so and goes on selling."""
    stranger = KeySet(1, (SigningKey("stranger", bytes(range(32))),))
    folder = register.directory
    register.keep_setting("kassa", "headquarters_keys", msgspec.json.encode(stranger).decode())
    register.close()
    change_item(shop, "1001", "59.90")
    shop.server.distribute()
    again = shop.open_register(folder)
    shop.log_on(again)
    wait_until(lambda: again.sync_status().download is not None, "a round is over")
    download = again.sync_status().download
    assert download is not None
    assert not download.succeeded
    assert "sign" in str(download.error)
    assert prices(again)["1001"] == Decimal("54.90")
    again.run(100, code=shop.barcode("1001"))


def test_keys_are_followed(shop: Shop, register: Register) -> None:
    """Headquarters makes a new key and revokes the old one; the register follows without a visit."""
    from kassa_server.headquarters.keys import current_key_set, revoke_key, rotate_key

    channel = shop.server.channel()
    with channel.writing() as connection:
        old = current_key_set(connection).keys[0].key_id
        rotate_key(connection, channel.environment)
        revoke_key(connection, channel.environment, old)
    channel.close()
    change_item(shop, "1001", "59.90")
    shop.server.distribute()
    register.synchronise_now()
    wait_until(lambda: prices(register)["1001"] == Decimal("59.90"), "the list of the new key is believed")
    kept = register.setting("kassa", "headquarters_keys")
    assert kept is not None
    assert msgspec.json.decode(kept, type=KeySet).revoked == (old,)


def test_headquarters_is_told(shop: Shop, register: Register) -> None:
    """After a round that brought something headquarters knows where the register's table groups stand."""
    applied = "SELECT * FROM download_session WHERE table_group = 'products' AND state = 'applied'"
    wait_until(lambda: shop.server.query(applied) != [], "a report of the round has come")
    (row,) = shop.server.query("SELECT * FROM register_report")
    report = msgspec.json.decode(row["report"], type=SyncReport)
    assert {one.table_group: one.state for one in report.groups} == dict.fromkeys(
        ("customers", "prices", "products", "staff", "taxes"), "applied"
    )
    assert report.ready


def test_a_damaged_offline_database_is_loaded_again(shop: Shop, register: Register) -> None:
    """After damage the next round brings a whole new snapshot."""
    register.offline_database.discard()
    assert not register.offline_database.available
    register.synchronise_now()
    wait_until(lambda: register.offline_database.available, "the offline database is back")
    assert len(prices(register)) == len(SMALL_STORE["items"])


def test_what_the_register_made_is_settled_when_it_comes_back(shop: Shop, register: Register) -> None:
    """An offline customer lies over the offline database until headquarters' own row arrives, and is one row."""
    shop.network.refuse()
    register.run(612, name="Åsa Öst", phone="070-1234567")
    assert register.connection.state().name == "unreachable"
    assert len(register.journal.overlay.rows("customer")) == 1
    shop.network.pass_through()
    register.run(917, action="connect")
    shop.delivered(register)
    shop.server.distribute()
    register.synchronise_now()
    wait_until(lambda: not register.journal.overlay.rows("customer"), "the overlay is settled")
    with register.offline_database.reading() as connection:
        assert connection.execute(select(customer.c.name)).scalars().all() == ["Åsa Öst"]


def test_disconnected_by_hand_nothing_is_sent(shop: Shop, register: Register) -> None:
    """In the state manual neither packages nor sales travel; asking for it is refused with the reason (S9)."""
    register.run(917, action="disconnect")
    seen = shop.network.from_register
    register.run(100, code=shop.barcode("1001"))
    register.run(200)
    with pytest.raises(NotAvailable):
        register.synchronise_now()
    assert shop.network.from_register == seen
    assert register.waiting().count == 1


def test_paused_packages_do_not_hold_up_sales(make_shop: Callable[..., Shop]) -> None:
    """``pause_sync`` is about packages only: sales are always delivered."""
    shop = make_shop(profile={"pause_sync": True, "request_timeout_s": 2})
    register = shop.open_register()
    shop.log_on(register)
    register.run(100, code=shop.barcode("1001"))
    register.run(200)
    shop.delivered(register)
    assert len(shop.server.sales()) == 1
    assert not register.offline_database.available
