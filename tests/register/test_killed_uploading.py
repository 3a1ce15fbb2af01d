"""A backlog on its way up while register and store server are killed in turn and one answer in five is lost: each sale
is in the channel database once, whole, in its order, and the receipt numbers have no gap."""

from __future__ import annotations

import random
import time
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from tests.register.books import agree, gapless, read_journal, receipts

from kassa.environment import new_id
from kassa.journal.entry import SalePayload, raw
from kassa.journal.records import NewEntry
from kassa.model import Item, Line, Payment, Transaction
from kassa.register import Register
from kassa.sale.totals import compute
from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop

PROFILE = {"request_timeout_s": 1, "reconnect_interval_min": 0.002, "sync_interval_s": 0.1, "upload_batch_kb": 6}
LOST_ANSWERS = 0.2
SHORTEST_S, LONGEST_S = 0.05, 0.5
TICK_S = 0.01
SEEDS = (911, 1911)
GOODS = [Item(f"10{place:02}", f"Vara {place}", Decimal(10 + place), "25", Decimal("0.25")) for place in range(1, 6)]


def sell_offline(shop: Shop, count: int) -> Path:
    """A register's folder with so many sales of five lines and one payment that nobody has fetched."""
    register = shop.open_register()
    shop.network.refuse()
    for _ in range(count):
        register.journal.append(finished(register), generation=register.journal.generation)
    register.close()
    shop.network.pass_through()
    return register.directory


def finished(register: Register) -> NewEntry:
    """A sale as the till would write it."""
    now = register.environment.clock.utc()
    lines = tuple(Line(new_id(), item, Decimal(1)) for item in GOODS)
    sale = Transaction(new_id(), "S1", "R1", "1001", "SEK", True, now, lines=lines)
    total = compute(sale).total
    paid = msgspec.structs.replace(sale, payments=(Payment(new_id(), "card", "card", "Kort", total, total),))
    payload = SalePayload(paid, compute(paid))
    return NewEntry("sale", raw(payload), "1001", total, takes_receipt_number=True)


def live(shop: Shop, chance: random.Random) -> None:
    """Some tenths of a second, in which answers are lost."""
    end = time.monotonic() + chance.uniform(SHORTEST_S, LONGEST_S)
    while time.monotonic() < end:
        if chance.random() < LOST_ANSWERS:
            shop.network.drop_answer(once=True)
        time.sleep(TICK_S)


def uploaded_under_kills(shop: Shop, seed: int, sales: int, kills: int) -> None:
    """SIGKILL to register and store server in turn, until so many are done and everything is in."""
    print(f"seed {seed}: {sales} sales, {kills} kills of register and store server, {LOST_ANSWERS:.0%} of answers lost")
    chance = random.Random(seed)
    till = shop.start_till(sell_offline(shop, sales), kind=ForkedTill)
    for number in range(kills):
        live(shop, chance)
        waiting = till.facts()["waiting"]
        assert waiting, f"kill {number} comes when everything is in: it shows nothing"
        if number % 2:
            shop.server.kill()
            shop.server.start()
        else:
            till.kill()
            till.come_back()
    print(f"{waiting} of {sales} sales waited at the last kill")
    shop.network.pass_through()
    end = time.monotonic() + 300
    while till.facts()["waiting"]:
        assert time.monotonic() < end, "everything is in"
        time.sleep(0.1)
    till.close()
    entries = read_journal(till.folder)
    assert receipts(entries) == gapless(sales)
    agree(shop.server, entries)


def test_a_backlog_under_some_kills(tmp_path: Path) -> None:
    """Four kills, 600 sales."""
    with Shop(tmp_path, process=True, profile=PROFILE) as shop:
        uploaded_under_kills(shop, SEEDS[0], 600, 4)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_sales_under_a_hundred_kills(tmp_path: Path) -> None:
    """A hundred and two kills, 10,000 sales: none lost, none doubled, none torn."""
    with Shop(tmp_path, process=True, profile=PROFILE) as shop:
        uploaded_under_kills(shop, SEEDS[1], 10_000, 102)
