"""A register that is killed while it pays by card: back with its sale, and one charge."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.plugins.counter import Counter

from kassa.testing.shop import Shop
from kassa.testing.store import CASHIER, CASHIER_PIN, SECOND_REGISTER
from kassa.testing.till import Till, TillKilled, TillRefused
from kassa_card_simulator.simulator import charged

POINTS = ["save_sale:2:before", "save_sale:2:after", "sale:1:before", "sale:1:after"]
"""Before the payment's id is kept, and after; charged, but not noted; finished, but not said."""


@pytest.fixture(scope="module")
def folder(open_counter: Counter) -> Path:
    """Another register of the shop."""
    return open_counter.shop.activate(SECOND_REGISTER, name="killed")


def charged_and_receipts(shop: Shop, folder: Path) -> tuple[Decimal, int]:
    with shop.open_register(folder) as register:
        return charged(register), register.journal.series.receipts


@pytest.mark.parametrize("point", POINTS)
def test_a_register_killed_while_it_pays_charges_once(open_counter: Counter, folder: Path, point: str) -> None:
    """Wherever it is killed, pressing Card again ends the sale, with one charge and one receipt."""
    shop = open_counter.shop
    before = charged_and_receipts(shop, folder)
    till = Till(folder, kill_at=point)
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    till.run(100, code="1001")
    with pytest.raises(TillKilled):
        till.run(201)
    till.come_back()
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    if point == "sale:1:after":
        with pytest.raises(TillRefused, match="no sale in progress"):
            till.run(201)
    else:
        till.run(201)
    till.close()
    after = charged_and_receipts(shop, folder)
    assert (after[0] - before[0], after[1] - before[1]) == (Decimal("54.90"), 1)
