"""A plugin's own widget in a window, loaded in isolation."""

from __future__ import annotations

import pytest
from tests.ui.pilot import Pilot
from tests.ui.scripted_register import ScriptedRegister

from kassa.register.face import Event
from kassa.text import literal
from kassa.windows import Window

HERE = "tests.ui.partner_widgets"
SAID = "kan inte visas"


def show(pilot: Pilot, register: ScriptedRegister, reference: str) -> None:
    """Open a window with that widget."""
    register.publish(Event("window", detail=Window("acme", literal("Acme"), widget=reference)))
    pilot.until(lambda: pilot.app.till.dialog)
    pilot.frames(3)


def test_a_widget_is_shown(selling: Pilot, register: ScriptedRegister) -> None:
    """The widget stands in the window and has been handed it."""
    show(selling, register, f"{HERE}:Clock")
    assert selling.reads("widget of Acme")
    assert not selling.reads(SAID)


@pytest.mark.parametrize(
    "reference",
    [
        "acme_that_is_not_there.widgets:Clock",
        f"{HERE}:Missing",
        f"{HERE}:NoWidget",
        f"{HERE}:CannotBeMade",
        f"{HERE}:CannotApply",
        f"{HERE}:Exits",
        f"{HERE}:CannotBeTouched",
        "nonsense",
    ],
)
def test_one_that_fails_says_so_and_the_sale_goes_on(
    selling: Pilot, register: ScriptedRegister, reference: str
) -> None:
    """Missing, broken while it is made, told or touched, or out to end the process: its place says so, the window
    closes, and a scan is sold."""
    show(selling, register, reference)
    if reference.endswith("Touched"):
        selling.tap(selling.app.stage.dialog.ids.own)
    assert selling.reads(SAID)
    selling.type("7310865004703\n", gap_s=0.004)
    selling.until(lambda: register.transaction is not None and len(register.transaction.lines) == 5)
    selling.tap(selling.find("Stäng", selling.app.stage.dialog))
    selling.until(lambda: selling.app.till.dialog is None)
