"""A register that loses its power between any two of its journal writes: nothing lost, doubled or renumbered."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.register.books import agree, gapless, read_journal, receipts
from tests.register.day import DAY, SALES, Player

from kassa.journal.entry import EntryBody
from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop

PROFILE = {"request_timeout_s": 2, "reconnect_interval_min": 0.01, "sync_interval_s": 0.3}
MOMENTS = ("before", "after")
ORDINARY_KILLS = 25
SEEDS = (917, 1917)
MOST_WRITES = 70
"""More than a day has: the last of these kills never strike."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop whose registers come back online at the next sale."""
    with Shop(tmp_path, profile=PROFILE) as made:
        yield made


def undisturbed(shop: Shop) -> list[object]:
    """A day on which nothing happens: what the others are measured by."""
    player = Player(shop.start_till(shop.activate(), kind=ForkedTill))
    after = player.play()
    player.close_the_day()
    player.till.close()
    return after


def check_books(shop: Shop, folder: Path, days: int) -> list[EntryBody]:
    """After some days: each sale once in both books, numbers gapless, chain whole, nothing waiting, nothing aside."""
    entries = read_journal(folder)
    assert receipts(entries) == gapless(days * SALES)
    agree(shop.server, entries)
    assert shop.server.query("SELECT * FROM suspended_sale") == []
    commands = [msgspec.json.decode(entry.payload) for entry in entries if entry.kind == "command"]
    assert len({command["command_id"] for command in commands}) == len(commands)
    added = sum(command["name"] == "kassa_customer.add" for command in commands)
    (customers,) = shop.server.query("SELECT count(DISTINCT customer_number) AS count FROM former_customer_number")
    assert customers["count"] == added
    return entries


def days_with_kills(shop: Shop, seed: int, kills: int) -> None:
    """Days one after another until so many kills have struck, each within the next few writes."""
    expected = undisturbed(shop)
    chance = random.Random(seed)
    points = [f"*:{chance.randint(1, 9)}:{chance.choice(MOMENTS)}" for _ in range(kills)]
    print(f"seed {seed}: killed at {points}")
    left = iter(points)
    folder = shop.folder / "R1"
    player = Player(shop.start_till(folder, kind=ForkedTill), lambda: next(left, None))
    days = 1
    while player.kills < kills:
        if player.kills == 0:
            player.till.close()
            player.till.come_back(kill_at=next(left))
        assert player.play(expected) == expected
        days += 1
    player.close_the_day()
    player.till.close()
    check_books(shop, folder, days)
    print(f"{player.kills} kills in {days - 1} days of {len(DAY)} operations")


def test_register_killed_again_and_again(shop: Shop) -> None:
    """Killed some twenty times, each time a few writes after it came back: the sale in progress is as it was before
    the operation or as it is after it, the day goes on, and at its end both books say the same."""
    days_with_kills(shop, SEEDS[0], ORDINARY_KILLS)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_register_killed_a_hundred_times(shop: Shop) -> None:
    """The same, a hundred times."""
    days_with_kills(shop, SEEDS[1], 100)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("moment", MOMENTS)
def test_register_killed_at_each_write_of_a_day(shop: Shop, moment: str) -> None:
    """One kill a day, at each journal write of the day in turn, before it is on the disk or just after."""
    expected = undisturbed(shop)
    folder = shop.folder / "R1"
    till = shop.start_till(folder, kind=ForkedTill)
    days = 1
    for write in itertools.count(1):
        till.close()
        till.come_back(kill_at=f"*:{write}:{moment}")
        player = Player(till)
        assert player.play(expected) == expected
        player.close_the_day()
        days += 1
        if player.kills == 0:
            break
        assert write < 10 * MOST_WRITES
    till.close()
    check_books(shop, folder, days)
    print(f"{days - 2} kills, {moment} each write")
