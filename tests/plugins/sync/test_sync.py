"""The sync plugin: when it runs, what it brings, and what happens when it is cut off (S9, S10, S11)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from kassa.errors import NotAvailable
from kassa.register import Register
from kassa.schema.master import customer, item
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import SMALL_STORE

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
    before = register.sync_status().checked_at
    register.synchronise_now()
    wait_until(lambda: register.sync_status().checked_at != before, "another round is over")
    found = prices(register)
    assert found["1001"] == Decimal("59.90")
    assert "1012" not in found
    download = register.sync_status().download
    assert download is not None
    assert 0 < download.rows < len(SMALL_STORE["items"])


def test_a_snapshot_that_is_cut_off_goes_on_where_it_was(make_shop: Callable[..., Shop]) -> None:
    """A register that is closed while it loads goes on at the next run, and sells from no half-loaded database."""
    shop = make_shop(store=many_items(), profile={"request_timeout_s": 5})
    register = shop.open_register()
    pages: list[str] = []
    real = register.remote.send

    def cut_after_three(request: Any, context: Any, **options: Any) -> Any:
        answer = real(request, context, **options)
        if request.NAME == "kassa.read_changes" and getattr(request, "table", "") == "item":
            pages.append(request.after)
            if len(pages) == 3:
                shop.network.refuse()
        return answer

    register.remote.send = cut_after_three  # type: ignore[method-assign]
    shop.log_on(register)
    wait_until(lambda: register.sync_status().download is not None, "the first round has failed")
    assert not register.offline_database.available
    folder = register.directory
    register.close()
    shop.network.pass_through()
    again = shop.open_register(folder)
    asked: list[int] = []
    send = again.remote.send

    def noted(request: Any, context: Any, **options: Any) -> Any:
        if request.NAME == "kassa.read_changes" and request.table == "item" and not again.offline_database.available:
            asked.append(request.after)
        return send(request, context, **options)

    again.remote.send = noted  # type: ignore[method-assign]
    shop.log_on(again)
    shop.with_data(again)
    assert len(prices(again)) == MANY + len(SMALL_STORE["items"])
    assert asked
    assert asked[0] > 0


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
