"""A store server that is killed while sales are delivered to it, over a network that loses answers."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
from tests.register.books import agree, gapless, read_journal, receipts

from kassa.register import Register
from kassa.testing.shop import Shop, wait_until

PROFILE = {
    "request_timeout_s": 0.5,
    "reconnect_interval_min": 0.002,
    "sync_interval_s": 0.1,
    "upload_batch_kb": 4,
}
LOST_ANSWERS = 0.2
SALES_A_LIFE = 30
SEEDS = (917, 1917)


def sell(shop: Shop, register: Register, chance: random.Random, count: int) -> None:
    """Sales, while one answer in five is lost after the store server has acted."""
    for _ in range(count):
        if chance.random() < LOST_ANSWERS:
            shop.network.drop_answer(once=True)
        register.run(100, code=f"10{chance.randint(1, 12):02}")
        register.run(200)


def kill_soon(shop: Shop, chance: random.Random) -> threading.Timer:
    """Kill the store server within the next moments, wherever it is in its work."""
    killing = threading.Timer(chance.uniform(0, 0.25), shop.server.kill)
    killing.start()
    return killing


def lives(shop: Shop, seed: int, kills: int) -> None:
    """One server after another on the same database and port, each killed while it takes in a backlog."""
    print(f"seed {seed}: {kills} kills of the store server, {LOST_ANSWERS:.0%} of the answers lost")
    chance = random.Random(seed)
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    sold = 0
    for _ in range(kills):
        killing = kill_soon(shop, chance)
        sell(shop, register, chance, SALES_A_LIFE)
        sold += SALES_A_LIFE
        killing.join()
        shop.server.start()
    shop.network.pass_through()
    sell(shop, register, random.Random(0), 1)
    shop.network.pass_through()
    wait_until(lambda: register.waiting().entries == 0, "everything is in")
    folder = register.directory
    register.close()
    entries = read_journal(folder)
    assert receipts(entries) == gapless(sold + 1)
    agree(shop.server, entries)


def test_store_server_killed_while_it_takes_sales_in(tmp_path: Path) -> None:
    """Killed some times over: every sale is in the channel database once, in order, with its number."""
    with Shop(tmp_path, process=True, profile=PROFILE) as shop:
        lives(shop, SEEDS[0], 4)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_store_server_killed_fifty_times(tmp_path: Path) -> None:
    """The same, fifty times."""
    with Shop(tmp_path, process=True, profile=PROFILE) as shop:
        lives(shop, SEEDS[1], 50)
