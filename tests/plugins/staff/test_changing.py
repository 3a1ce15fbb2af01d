"""1215 Change password, and the lock of a till that nobody uses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kassa.environment import Environment
from kassa.errors import InvalidInput, LoggedOnWrong, NotAvailable
from kassa.register.face import Event
from kassa.testing.clock import TestClock
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, SMALL_STORE

NEW = "482913753102"


def with_lock(minutes: float) -> dict[str, object]:
    """The small store, whose tills lock themselves."""
    registers = [
        {
            **register,
            "plugins": [
                {**plugin, "settings": {"lock_after_min": minutes}} if plugin["name"] == "staff" else plugin
                for plugin in register["plugins"]
            ],
        }
        for register in SMALL_STORE["registers"]
    ]
    return {**SMALL_STORE, "registers": registers}


def test_a_new_pin_holds_at_once_online_and_offline(tmp_path: Path) -> None:
    """The old one is wrong from then on, here without the store server too; nothing that was typed is in any file
    of the register or of the store server; offline it says that it needs the store server."""
    with Shop(tmp_path) as shop, shop.open_register() as register:
        shop.log_on(register)
        shop.with_data(register)
        register.run(1215, pin=CASHIER_PIN, new_pin=NEW, again=NEW)
        register.run(701)
        with pytest.raises(LoggedOnWrong):
            register.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
        register.run(700, staff_id=CASHIER, pin=NEW)
        register.run(701)
        shop.network.refuse()
        register.run(700, staff_id=CASHIER, pin=NEW)
        with pytest.raises(NotAvailable, match="store server"):
            register.run(1215, pin=NEW, new_pin=CASHIER_PIN, again=CASHIER_PIN)
        written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert NEW.encode() not in written


def test_what_is_no_new_pin(tmp_path: Path) -> None:
    """Two that differ, too short, everybody's first guess, letters, the wrong old one: refused in words; five wrong
    ones lock out as at log on; the PIN stays."""
    with Shop(tmp_path) as shop, shop.open_register() as register:
        shop.log_on(register)
        for new, again in (("4829", "4828"), ("48", "48"), ("1234", "1234"), ("1111", "1111"), ("abcd", "abcd")):
            with pytest.raises(InvalidInput):
                register.run(1215, pin=CASHIER_PIN, new_pin=new, again=again)
        for _try in range(5):
            with pytest.raises(LoggedOnWrong):
                register.run(1215, pin="9999", new_pin=NEW, again=NEW)
        with pytest.raises(LoggedOnWrong):
            register.run(1215, pin=CASHIER_PIN, new_pin=NEW, again=NEW)


def test_a_till_that_nobody_uses_locks_itself(tmp_path: Path) -> None:
    """After the minutes of the setting, with the sale in progress kept; a touch, a scan or an open question begins them
    anew; whoever was there comes back with the PIN."""
    clock = TestClock(datetime.now(UTC))
    with (
        Shop(tmp_path, store=with_lock(5), environment=Environment(clock=clock)) as shop,
        shop.open_register() as register,
    ):
        shop.log_on(register)
        register.run(100, code="1001")
        clock.advance(4 * 60)
        register.publish(Event("activity"))
        clock.advance(4 * 60)
        assert not register.view().locked
        clock.advance(61)
        wait_until(lambda: register.view().locked, "the till has locked itself")
        assert register.transaction is not None
        register.run(703, pin=CASHIER_PIN)
        assert not register.view().locked
