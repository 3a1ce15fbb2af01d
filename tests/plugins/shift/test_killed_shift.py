"""Killed at the very moment at which a shift is opened or closed.

What is looked at is what the store server has in the end: the Z as it came, compared with the sales that came.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.shift.conftest import store_with_shifts

from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import MANAGER, MANAGER_PIN
from kassa.testing.till import Till, TillKilled, TillRefused


class Day:
    """A till in a process of its own, with the manager at it."""

    def __init__(self, shop: Shop, till: Till) -> None:
        self.shop, self.till = shop, till

    def ready(self) -> None:
        """Online, the manager logged on, data for selling offline, an empty shift."""
        self.shop.network.pass_through()
        self.log_on()
        self.connect()
        wait_until(lambda: bool(self.till.facts()["ready"]), "the till is ready to sell offline", 60)
        self.till.run(1055)
        self.log_on()
        self.settle()

    def log_on(self) -> None:
        """Whoever closed the shift, or was killed, is back."""
        if self.till.facts()["place"] == "logged_off":
            self.till.run(700, staff_id=MANAGER, pin=MANAGER_PIN)

    def connect(self) -> None:
        """Online, however long a busy machine takes."""

        def connected() -> bool:
            if self.till.facts()["state"] != "online":
                try:
                    self.till.run(917, action="connect")
                except TillRefused:
                    return False
            return True

        wait_until(connected, "the till is connected", 60)

    def settle(self) -> None:
        """Everything that the till has made is in."""
        self.shop.network.pass_through()
        self.connect()
        wait_until(lambda: self.till.facts()["waiting"] == 0, "everything is delivered", 60)

    def last_z(self) -> dict[str, Any]:
        """The last Z that the store server has posted."""
        (row,) = self.shop.server.query("SELECT * FROM shift_report ORDER BY number DESC LIMIT 1")
        return row

    def every_sale_is_on_one_z(self) -> bool:
        """What all Z come to is what all sales come to; each agrees with its own; nothing is parked."""
        (sold,) = self.shop.server.query(
            "SELECT coalesce(sum(total), 0) AS total FROM sales_transaction WHERE kind = 'sale'"
        )
        (closed,) = self.shop.server.query(
            "SELECT sum(total) AS total, min(agrees) AS agrees, count(*) AS z FROM shift_report"
        )
        (numbers,) = self.shop.server.query("SELECT count(DISTINCT number) AS z, max(number) AS last FROM shift_report")
        assert numbers["z"] == numbers["last"] == closed["z"], "Z numbers have no gap and none comes twice"
        assert self.shop.server.query("SELECT * FROM parked_entry") == []
        return bool(closed["agrees"]) and closed["total"] == sold["total"]


@pytest.fixture(scope="module")
def open_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The shop and its till."""
    profile = {"request_timeout_s": 6, "reconnect_interval_min": 0.25, "sync_interval_s": 2}
    folder = tmp_path_factory.mktemp("days")
    with Shop(folder, process=True, store=store_with_shifts(), profile=profile) as shop:
        day = Day(shop, shop.start_till(kind=ForkedTill))
        yield day
        day.till.kill()


@pytest.fixture
def day(open_day: Day) -> Day:
    """Ready for a new day."""
    open_day.ready()
    return open_day


@pytest.mark.parametrize(
    "point", ["shift:1:before", "shift:1:after", "z_report:1:before", "z_report:1:after", "log_off:1:before"]
)
def test_killed_while_a_shift_is_opened_or_closed(day: Day, point: str) -> None:
    """Wherever the plug is pulled, each sale is on exactly one Z, and no Z number comes twice."""
    day.till.kill()
    day.till.come_back(kill_at=point)
    try:
        day.log_on()
        day.till.run(100, code="1005")
        day.till.run(200)
        day.till.run(1055)
        day.log_on()
        day.till.run(100, code="1005")
        day.till.run(200)
    except TillKilled:
        day.till.come_back()
    else:
        pytest.fail(f"it was not killed at {point}")
    day.log_on()
    day.till.run(1055)
    day.log_on()
    day.settle()
    assert day.every_sale_is_on_one_z()
    assert Decimal(day.last_z()["grand_total_sales"]) > 0
