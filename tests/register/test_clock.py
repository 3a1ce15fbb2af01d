"""A device's clock that somebody has set: order is by number, the entry says so, and the cashier is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.register.books import agree, gapless, read_journal, receipts
from tests.register.conftest import QUICK, open_ready

from kassa.environment import Environment, SystemClock
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until


class SetClock(SystemClock):
    """The machine's clock, set wrong by ``shift``; intervals go on as they do."""

    shift = timedelta()

    def utc(self) -> datetime:
        return datetime.now(UTC) + self.shift


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def shop(make_shop: Callable[..., Shop], clock: SetClock) -> Shop:
    """A shop whose registers have that clock."""
    return make_shop(profile=QUICK, environment=Environment(clock=clock))


def sell(register: Register) -> None:
    register.run(100, code="1001")
    register.run(200)


def told(register: Register, words: str) -> bool:
    """Whether the screen says it, in both languages."""
    problems = register.view().problems
    return any(words in text.words("en") and text.words("sv") != text.words("en") for text in problems)


def test_a_clock_set_back(shop: Shop, clock: SetClock) -> None:
    """Sales after a clock was set back keep their order and numbers; each says that the clock was behind, after a
    restart too; the cashier is told until it is right again."""
    register = open_ready(shop)
    sell(register)
    assert not told(register, "set back")
    clock.shift = timedelta(hours=-2)
    sell(register)
    assert told(register, "set back")
    register.close()
    register = open_ready(shop)
    sell(register)
    assert told(register, "set back")
    clock.shift = timedelta()
    sell(register)
    assert not told(register, "set back")
    shop.delivered(register)
    register.close()
    entries = read_journal(register.directory)
    assert receipts(entries) == gapless(4)
    sales = [entry for entry in entries if entry.kind == "sale"]
    assert [entry.clock_set_back for entry in sales] == [False, True, True, False]
    assert sales[1].at < sales[0].at
    assert [row["sequence"] for row in shop.server.entries()] == [entry.sequence for entry in entries]
    assert sorted(sale.receipt_number or "" for sale in shop.server.sales()) == gapless(4)


def test_a_clock_that_differs_from_the_store_servers(shop: Shop, clock: SetClock) -> None:
    """More than five minutes off, it is shown; and each entry holds the offset, so that the true time is known."""
    clock.shift = timedelta(minutes=-30)
    register = open_ready(shop)
    wait_until(lambda: told(register, "differ by more than 5 minutes"), "the cashier is told")
    sell(register)
    shop.delivered(register)
    register.close()
    entries = read_journal(register.directory)
    offset = entries[-1].clock_offset_ms
    assert offset is not None
    assert abs(offset - 30 * 60 * 1000) < 10_000
    agree(shop.server, entries)


def test_a_clock_set_forward_keeps_nobody_out(shop: Shop, clock: SetClock) -> None:
    """A clock a year ahead: the register sells, online and offline."""
    register = open_ready(shop)
    clock.shift = timedelta(days=365)
    sell(register)
    shop.network.refuse()
    sell(register)
    assert register.waiting().count >= 1
