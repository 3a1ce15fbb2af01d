"""A register that loses its power while its data arrives: nothing half is ever sold from, and all of it comes."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kassa.register import Register
from kassa.schema.master import item
from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, SMALL_STORE
from kassa.testing.till import Till, TillKilled

PROFILE = {"request_timeout_s": 5, "reconnect_interval_min": 0.01, "sync_interval_s": 0.1}
ITEMS = 4000
LONGEST_S = 0.4
ORDINARY_KILLS = 8
SEEDS = (1010, 1040)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop with a few thousand items."""
    chance = random.Random(9)
    added = [
        {
            "item_number": f"8{number:06}",
            "description": f"Item {chance.randrange(10**9)}",
            "unit_price": str(chance.randrange(1, 1000)),
            "tax_code": "25",
        }
        for number in range(ITEMS)
    ]
    store: dict[str, Any] = {**SMALL_STORE, "items": [*SMALL_STORE["items"], *added]}
    with Shop(tmp_path, store=store, profile=PROFILE) as made:
        yield made


def change_prices(shop: Shop, price: int) -> None:
    """Every tenth item gets a new price, and a distribution sends it."""
    from kassa_server.master_data import put_rows

    channel = shop.server.channel()
    rows = [{"item_number": f"8{number:06}", "unit_price": Decimal(price)} for number in range(0, ITEMS, 10)]
    with channel.writing() as connection:
        put_rows(connection, item, rows)
    channel.close()
    shop.server.distribute()


def headquarters(shop: Shop) -> dict[str, int]:
    return {row["item_number"]: row["unit_price"] for row in shop.server.query("SELECT * FROM item")}


def of_register(register: Register) -> dict[str, int]:
    with register.offline_database.reading() as connection:
        rows = connection.execute(select(item.c.item_number, item.c.unit_price)).all()
    return {number: int(price * 10_000) for number, price in rows}


def kill_while_loading(shop: Shop, till: Till, kills: int, seed: int) -> None:
    """Kill it at moments that nobody chose, while data arrives; each time it comes back and somebody logs on."""
    chance = random.Random(seed)
    print(f"seed {seed}, {kills} kills")
    for number in range(kills):
        if number % 2:
            change_prices(shop, 1000 + number)
        plug = threading.Timer(chance.random() * LONGEST_S, till.pull_plug)
        plug.start()
        try:
            till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
            while True:
                till.facts()
        except TillKilled:
            plug.join()
        till.come_back()


def loaded_whole(shop: Shop, kills: int, seed: int) -> None:
    folder = shop.activate()
    till = shop.start_till(folder, kind=ForkedTill)
    kill_while_loading(shop, till, kills, seed)
    till.close()
    register = shop.open_register(folder)
    shop.log_on(register)
    wait_until(lambda: register.sync_status().checked_at is not None, "a round is over", 60)
    assert of_register(register) == headquarters(shop)
    assert len(list(folder.glob("offline-*.db"))) == 1
    assert list((folder / "packages").glob("*")) == []


def test_killed_while_data_arrives(shop: Shop) -> None:
    """Killed eight times while a whole database or changes arrive: in the end it has headquarters' rows, and nothing
    is left lying about."""
    loaded_whole(shop, ORDINARY_KILLS, SEEDS[0])


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_a_hundred_times_while_data_arrives(shop: Shop) -> None:
    """The same, a hundred times."""
    loaded_whole(shop, 100, SEEDS[1])
