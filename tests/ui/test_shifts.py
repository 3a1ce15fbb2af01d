"""The windows of shifts on the real screen: counted by keys, closed by touch, refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ui.pilot import Pilot

from kassa.testing.shop import Shop
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN, SMALL_STORE
from kassa_ui.presenters.dialogs import ApprovalDialog, AskDialog, WindowDialog


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    plugins = [*SMALL_STORE["registers"][0]["plugins"], {"name": "shift"}]
    register = {**SMALL_STORE["registers"][0], "plugins": plugins}
    store = {**SMALL_STORE, "registers": [register], "buttons": [{"operation": 918}]}
    with Shop(tmp_path, store=store) as shop:
        yield shop


def window(pilot: Pilot) -> str:
    """The name of the window on top; empty: none."""
    dialog = pilot.app.till.dialog
    return dialog.window.name if isinstance(dialog, WindowDialog) else ""


def test_a_shift_is_counted_and_closed(application: Pilot, shop: Shop) -> None:
    """A cashier counts by keys from note to note; letters are refused where they were typed. X asks for a manager;
    with one it is shown, and Close logs off with the Z on the screen."""
    pilot = application
    with shop.open_register() as register:
        pilot.attach(register)
        pilot.type(f"{CASHIER}\n{CASHIER_PIN}\n")
        pilot.until(lambda: pilot.app.till.screen == "sale")
        pilot.key("f1")
        pilot.until(lambda: window(pilot) == "manage_shifts")
        pilot.frames(3)
        pilot.tap(pilot.find("Räkna"))
        pilot.until(lambda: window(pilot) == "tender_declaration")
        for typed in ("0", "2", "1"):
            pilot.key("\n")
            pilot.until(lambda: isinstance(pilot.app.till.dialog, AskDialog))
            pilot.type("abc\n")
            pilot.until(lambda: pilot.app.till.dialog.notices.open)
            pilot.type("\b\b\b" + typed + "\n")
            pilot.until(lambda: window(pilot) == "tender_declaration" and not pilot.app.till.work.running)
        pilot.frames(3)
        assert pilot.reads("1\u00a0200,00\u00a0kr")
        pilot.tap(pilot.find("Det är allt"))
        pilot.until(lambda: register.journal_entries(kinds=("tender_declaration",)))
        pilot.until(lambda: pilot.app.till.dialog is None)
        pilot.key("f1")
        pilot.until(lambda: window(pilot) == "manage_shifts")
        pilot.frames(3)
        pilot.tap(pilot.find("Stäng med Z"))
        pilot.until(lambda: isinstance(pilot.app.till.dialog, ApprovalDialog))
        pilot.type(f"{MANAGER}\n{MANAGER_PIN}\n")
        pilot.until(lambda: window(pilot) == "shift_report")
        pilot.until(lambda: pilot.app.till.screen == "log_on")
        pilot.frames(3)
        assert pilot.reads("Z-rapport 1")
        assert pilot.reads("1\u00a0200,00\u00a0kr · 1\u00a0200,00\u00a0kr för mycket")
        pilot.app.detach()
