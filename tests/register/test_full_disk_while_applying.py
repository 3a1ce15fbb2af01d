"""A disk that is full while data is applied: the register sells on, and the data comes once there is room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.register import forging
from tests.register.conftest import QUICK, open_ready
from tests.register.test_bad_packages import with_many_items
from tests.register.test_broken_disk import ON_A_SMALL_DISK, TillOnASmallDisk, may_mount

from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, REGISTER
from kassa.testing.till import Till

LITTLE_ROOM = """
set -e
mount -t tmpfs -o size=64m tmpfs "$1"
cp -r "$2"/. "$1"
room=$(df --output=avail -k "$1" | tail -1)
head -c $((room * 1024 - 8000000)) /dev/zero > "$1/filler"
exec "$3" -m kassa.testing.till_process "$1"
"""
NO_FILE_OVER_5_MB = """
ulimit -f 5000
exec "$3" -m kassa.testing.till_process "$2"
"""
ROWS = 150_000


class TillWithLittleRoom(TillOnASmallDisk):
    """A register's process on a disk with eight megabytes left."""

    def _command(self) -> list[str]:
        return [LITTLE_ROOM if word == ON_A_SMALL_DISK else word for word in super()._command()]


class TillWithSmallFiles(TillOnASmallDisk):
    """A register's process whose files the operating system lets grow to 5 MB: more is refused in the middle of a
    write, and the journal has room."""

    def _command(self) -> list[str]:
        return [NO_FILE_OVER_5_MB if word == ON_A_SMALL_DISK else word for word in super()._command()]


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(profile={**QUICK, "sync_interval_s": 0.5})


def rerun(shop: Shop) -> None:
    """Headquarters wants it tried again at once."""
    from kassa_server.headquarters import session_orders

    channel = shop.server.channel()
    with channel.writing() as connection:
        session_orders.rerun(connection, channel.environment, REGISTER, "products", author="Eva")
    channel.close()


def sell(till: Till, sales: int, code: str = "1002") -> None:
    for _sale in range(sales):
        till.run(100, code=code)
        till.run(200)


def large_package_waits(shop: Shop) -> Path:
    """A register's folder, and a package of many new items that it has not got."""
    if not may_mount():
        pytest.fail("this machine lets no test mount a small disk: run as root, or allow user namespaces (unshare)")
    register = open_ready(shop)
    forging.set_price(shop, "1001", "60.00")
    register.close()
    with_many_items(shop, ROWS)
    return register.directory


def disk_full(shop: Shop, state: str) -> None:
    """Headquarters knows that the package is not in, and why."""
    wait_until(lambda: forging.session_of(shop).get("error_code") == "disk_full", "headquarters knows it", 60)
    assert forging.session_of(shop)["state"] == state
    assert forging.session_of(shop)["dead"] == 0


def sells_on(shop: Shop, till: Till) -> None:
    """Sale after sale goes into the journal, online and alone, and is delivered."""
    sell(till, 10)
    wait_until(lambda: till.facts()["waiting"] == 0, "they are delivered")
    shop.network.refuse()
    sell(till, 10)
    assert till.facts()["state"] != "online"
    shop.network.pass_through()
    till.run(917, action="connect")


def tried_again(shop: Shop) -> None:
    before = forging.session_of(shop)["updated_at"]
    rerun(shop)
    wait_until(lambda: forging.session_of(shop)["updated_at"] != before, "it was tried again", 60)


def test_data_leaves_room_for_sales(shop: Shop) -> None:
    """On a disk with little room a package is not even fetched: its table group stands still, with *the disk is full*
    in headquarters, and what room there is goes to sales. Once there is more, it comes."""
    with TillWithLittleRoom(large_package_waits(shop)) as till:
        till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
        disk_full(shop, "download_failed")
        sells_on(shop, till)
        till.free_space()
        rerun(shop)
        wait_until(lambda: forging.session_of(shop)["state"] == "applied", "it is in", 60)
        shop.network.refuse()
        sell(till, 1, "90000001")
        shop.network.pass_through()
        till.run(917, action="connect")
        wait_until(lambda: till.facts()["waiting"] == 0, "everything is delivered")
    assert len(shop.server.sales()) == 21


@pytest.mark.soak
def test_disk_that_refuses_while_a_package_is_applied(shop: Shop) -> None:
    """The operating system refuses a write in the middle of applying: nothing of the package stays, the room that it
    took is given back, while somebody reads the data too, and the register sells on from what it has."""
    folder = large_package_waits(shop)
    with TillWithSmallFiles(folder) as till:
        till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
        disk_full(shop, "apply_failed")
        sells_on(shop, till)
        tried_again(shop)
        disk_full(shop, "apply_failed")
        assert sum(file.stat().st_size for file in folder.glob("offline-*.db-wal")) < 100_000
        sells_on(shop, till)
        wait_until(lambda: till.facts()["waiting"] == 0, "everything is delivered")
    assert len(shop.server.sales()) == 40
    with Till(folder) as till:
        till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
        rerun(shop)
        wait_until(lambda: forging.session_of(shop)["state"] == "applied", "it is in", 60)
