"""The window on a real register, with its plugins, its journal and a real store server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ui.pilot import Pilot

from kassa.testing.shop import Shop
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN
from kassa_ui.presenters.dialogs import ApprovalDialog, WindowDialog


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop(tmp_path, profile={"request_timeout_s": 2}) as shop:
        yield shop


def test_a_sale_that_loses_its_server(application: Pilot, shop: Shop) -> None:
    """Logged on by keys, scanned by keys; the server goes in the middle of the sale, a manager approves, cash is paid:
    the sale is in the journal, the screen shows offline, the change, and what waits."""
    pilot = application
    with shop.open_register() as register:
        pilot.attach(register)
        pilot.type(f"{CASHIER}\n{CASHIER_PIN}\n")
        pilot.until(lambda: pilot.app.till.screen == "sale")
        shop.with_data(register)
        pilot.type(shop.barcode("1004") + "\n")
        pilot.until(lambda: pilot.app.till.view.transaction and len(pilot.app.till.view.transaction.lines) == 1)
        shop.network.refuse()
        for number in ("1001", "1002", "1003"):
            pilot.type(shop.barcode(number) + "\n")
        pilot.until(lambda: len(pilot.app.till.view.transaction.lines) == 4)
        assert [line.item.number for line in pilot.app.till.view.transaction.lines] == ["1004", "1001", "1002", "1003"]
        pilot.until(lambda: not pilot.app.stage.ids.header.online)
        pilot.type("50")
        pilot.key("f3")
        pilot.until(lambda: isinstance(pilot.app.till.dialog, ApprovalDialog))
        pilot.type(f"{MANAGER}\n{MANAGER_PIN}\n")
        pilot.until(lambda: pilot.app.till.dialog is None)
        pilot.until(lambda: pilot.app.till.view.totals.discount)
        pilot.type("1000")
        pilot.key("j", "ctrl")
        pilot.until(lambda: pilot.app.till.desk.finished)
        pilot.frames(3)
        assert pilot.reads("Växel")
        assert register.transaction is None
        assert register.waiting().count == 1
        pilot.key("d", "ctrl")
        pilot.until(lambda: isinstance(pilot.app.till.dialog, WindowDialog))
        pilot.frames(3)
        shop.network.pass_through()
        pilot.key("\n")
        pilot.until(lambda: pilot.app.stage.ids.header.online)
        pilot.app.detach()
