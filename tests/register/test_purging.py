"""A register that purges its journal by itself: after delivery, by the store server's clock, and never what waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kassa.environment import Environment
from kassa.journal.entry import raw
from kassa.journal.purging import ALWAYS_KEPT
from kassa.journal.records import NewEntry
from kassa.register import Register, open_register
from kassa.register.purging import Purging
from kassa.requests.contact import ReadRecord
from kassa.testing.clock import TestClock
from kassa.testing.shop import Shop, wait_until

SALES = 10


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop whose registers keep nothing longer than they must."""
    return Shop(tmp_path, profile={"retention_days": 0, "request_timeout_s": 5, "sync_interval_s": 0.2})


def sell(register: Register) -> None:
    register.run(100, code="1001")
    register.run(200)


def fill(register: Register) -> None:
    """More entries than always stay."""
    for _time in range(ALWAYS_KEPT + SALES):
        register.journal.append(NewEntry("audit", raw({})), generation=register.journal.generation)
    register.delivery.wake()


def test_register_purges_what_is_delivered(shop: Shop) -> None:
    """What the store server has is purged at the next start, once nothing waits; the register's chain is whole, and it
    sells and delivers on."""
    with shop:
        register = shop.open_register()
        shop.log_on(register)
        sell(register)
        fill(register)
        shop.delivered(register)
        register.close()
        again = shop.open_register(register.directory)
        shop.log_on(again)
        wait_until(lambda: again.journal.anchor().sequence > 0, "something is purged")
        sell(again)
        shop.delivered(again)
        again.journal.verify()
        assert again.journal.anchor().sales == 1
        assert [sale.receipt_number for sale in shop.server.sales()] == ["S1-R1-1-000001", "S1-R1-1-000002"]


def test_nothing_goes_by_this_machines_clock_alone(shop: Shop) -> None:
    """A clock that was set forward by a year by mistake purges nothing: before the store server has told its time
    nothing goes at all, and afterwards its time counts."""
    with shop:
        folder = shop.activate()
        shop.network.refuse()
        clock = TestClock()
        register = open_register(folder, environment=Environment(clock=clock))
        fill(register)
        register.journal.acknowledge(register.journal.series.series, register.journal.series.sequence)
        clock.set_wall_clock(datetime.now(UTC) + timedelta(days=365))
        purging = Purging(register)
        purging.at_rest()
        assert register.journal.anchor().sequence == 0
        shop.network.pass_through()
        register.remote.send(ReadRecord(), register.request_context())
        offset = register.remote.clock_offset()
        assert offset is not None
        assert offset < -timedelta(days=364)
        recent = register.journal.append(NewEntry("audit", raw({})), generation=register.journal.generation)
        register.journal.acknowledge(recent.series, recent.sequence)
        purging.at_rest()
        assert register.journal.anchor().sequence == recent.sequence - ALWAYS_KEPT
        register.close()
