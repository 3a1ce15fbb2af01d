"""The whole way by keyboard, and how few touches a sale takes."""

from __future__ import annotations

from typing import Any

import pytest
from kivy.uix.behaviors import ButtonBehavior
from tests.ui.pilot import Pilot
from tests.ui.scripted_register import ScriptedRegister
from tests.ui.shown import STATES, State, draw

from kassa_ui.widgets.keypad import PadKey
from kassa_ui.widgets.lines import SaleRow

FEW = {"log_on", "sale", "tender", "approval", "settings"}
"""An ordinary run walks these; the soak walks all."""
WALKED = [
    state if state.__name__ in FEW else pytest.param(state, marks=pytest.mark.soak, id=state.__name__)
    for state in STATES
]
TYPED = (PadKey, SaleRow)
"""Their way is typing, and Up, Down and Right."""
MOST_TOUCHES = 3


@pytest.mark.parametrize("state", WALKED, ids=lambda state: state.__name__)
def test_tab_reaches_everything(selling: Pilot, register: ScriptedRegister, state: State) -> None:
    """On every screen Tab comes by everything that can be pressed, and shows where it is."""
    draw(selling, register, state)
    root = selling.app.stage.focus_root
    wanted = {widget for widget in selling.widgets(root) if pressable(widget)}
    assert wanted
    seen: set[Any] = set()
    for _step in range(len(wanted) + 3):
        selling.app.ring.tab(1)
        here = selling.app.ring.current
        assert here.focused
        seen.add(here)
    assert [getattr(widget, "label", widget) for widget in wanted - seen] == []


def pressable(widget: Any) -> bool:
    return isinstance(widget, ButtonBehavior) and not widget.disabled and not isinstance(widget, TYPED)


def test_shortcuts_are_shown_while_a_keyboard_is_in_use(selling: Pilot) -> None:
    """A key that no scanner has brings shortcuts onto the buttons, a finger takes them away, a scan does nothing."""
    selling.type("7310865004703\n", gap_s=0.004)
    selling.frames(2)
    assert not selling.reads("F1")
    selling.key("up")
    selling.frames(2)
    assert {"F1", "F12", "Ctrl K", "Ctrl J"} <= set(selling.texts())
    selling.tap(selling.find("5"))
    selling.frames(2)
    assert not selling.reads("F12")


def test_the_next_register_begins_without_shortcuts(selling: Pilot, register: ScriptedRegister) -> None:
    """That a keyboard was in use is not carried over to a register that is attached in place of another."""
    selling.key("up")
    selling.until(lambda: selling.reads("F12"))
    selling.attach(register)
    assert not selling.reads("F12")


@pytest.mark.parametrize("tender", ["Kort", "Kontant"])
def test_a_sale_takes_at_most_three_touches(selling: Pilot, register: ScriptedRegister, tender: str) -> None:
    """Scanned goods paid exactly in cash or by card: counted touches to the end of the sale, scans not counted."""
    touches = 0
    for label in (tender,) if tender == "Kort" else (tender, "862"):
        selling.frames(2)
        selling.tap(selling.find(label))
        touches += 1
    selling.until(lambda: selling.app.till.desk.finished)
    assert touches <= MOST_TOUCHES
    assert register.transaction is None
    selling.type("7310865004703\n", gap_s=0.004)
    selling.until(lambda: register.transaction is not None)
