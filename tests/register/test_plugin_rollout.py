"""Plugins from headquarters: chosen for one register, installed beside it, used at its next start, rolled back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.acme import OPERATION, example_wheel
from tests.register.rolling_out import Headquarters, ready, restart

from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop
from kassa.testing.store import CASHIER, CASHIER_PIN
from kassa.testing.till import Till, TillRefused


def log_on(till: Till) -> None:
    """The cashier logs on."""
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)


def points(till: Till) -> str | None:
    """What the plugin says of a jacket sold to somebody new; the sale is paid."""
    till.run(100, code=Shop.barcode("1004"))
    till.run(612, name="Maria Nilsson")
    said = till.run(OPERATION)
    till.run(200)
    return said


@pytest.mark.soak
def test_a_version_is_switched_on_updated_and_rolled_back(tmp_path: Path) -> None:
    """The plugin is in no environment: its wheel comes from headquarters. The running process never changes; the next
    has it, online and offline, with the settings that were chosen, and its sales reach the store server. While one
    register is ahead two versions are served side by side, each with its own answer."""
    loud = ("return Points(earned)", "return Points(earned * 2)")
    with Shop(tmp_path) as shop:
        headquarters = Headquarters(shop)
        headquarters.allow(example_wheel(tmp_path / "wheels"))
        headquarters.allow(example_wheel(tmp_path / "wheels", "0.2.0", points=loud))
        till, other = shop.start_till(kind=ForkedTill), shop.start_till(shop.activate("R2"), kind=ForkedTill)
        for one in (till, other):
            log_on(one)
            headquarters.until(one, lambda told: told.environment is not None, "it has said what it runs on")
        headquarters.choose("0.1.0", "store", "S1", offline_limit=3)
        headquarters.until_ready(till, 1)
        assert ready(till) == 1
        with pytest.raises(TillRefused):
            till.run(OPERATION)
        restart(till)
        log_on(till)
        assert points(till) == "89 points"
        headquarters.until(till, lambda told: told.active == 1 and not told.waits, "it tells that it has it")

        headquarters.choose("0.2.0", "register", "R2")
        headquarters.until_ready(other, 2)
        restart(other)
        log_on(other)
        assert (points(other), points(till)) == ("178 points", "89 points")

        headquarters.choose("0.2.0", offline_limit=4)
        headquarters.until_ready(till, 2)
        shop.network.refuse()
        restart(till)
        log_on(till)
        assert points(till) == "4 points: the most without the store server."
        shop.network.pass_through()

        headquarters.roll_back()
        headquarters.until_ready(till, 3)
        restart(till)
        log_on(till)
        assert points(till) in ("89 points", "3 points: the most without the store server.")
        headquarters.until(till, lambda told: told.active == 3 and not till.facts()["waiting"], "everything is in")
        assert len(shop.server.sales()) == 5
