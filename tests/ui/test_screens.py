"""Every screen, built and drawn in a real window."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kivy.core.window import Window
from kivy.metrics import Metrics, dp
from kivy.uix.behaviors import ButtonBehavior
from tests.ui import legible, pseudo
from tests.ui.pilot import Pilot
from tests.ui.scripted_register import ScriptedRegister
from tests.ui.shown import STATES, State, approval, draw, number, sale, settings, window, words

from kassa.errors import LoggedOnWrong
from kassa.register.face import Event
from kassa.text import literal

TOUCH = 56


def too_small(pilot: Pilot) -> list[str]:
    """Everything that can be pressed and is smaller than a finger needs."""
    least = dp(TOUCH) - 0.5
    return [
        f"{type(widget).__name__} {getattr(widget, 'label', '')!r} {widget.size}"
        for widget in pilot.widgets()
        if isinstance(widget, ButtonBehavior) and not widget.disabled and min(widget.size) < least
    ]


@contextmanager
def metrics(density: float, fontscale: float, size: tuple[int, int]) -> Iterator[None]:
    """Another display."""
    before = (Metrics.density, Metrics.fontscale, Window.size)
    Metrics.density, Metrics.fontscale, Window.size = density, fontscale, size
    try:
        yield
    finally:
        Metrics.density, Metrics.fontscale, Window.size = before


A_FEW = (sale, words, approval, settings)
"""What most others are made of: the sale itself, letters, number pad and fields, choices."""
EACH = [
    pytest.param(state, id=state.__name__, marks=() if state in A_FEW else pytest.mark.soak) for state in STATES
]  # fmt: skip


@pytest.mark.parametrize("state", EACH)
def test_every_screen(
    selling: Pilot, register: ScriptedRegister, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each screen is drawn without an error, with targets of at least 56 dp, inside the window, in every language. In
    the language of brackets, 40 % longer, nothing stands without them, nothing is cut off, and no button's words have
    become too small to read."""
    with pseudo.spoken(monkeypatch):
        speak(selling, register, pseudo.LANGUAGE)
        draw(selling, register, state)
        seen = legible.labels(selling)
        assert any("[" in label.text for label in seen)
        assert legible.untranslated(seen) == []
        assert legible.cut(seen) == []
        assert legible.shrunk(selling) == []
        assert too_small(selling) == []
        assert outside(selling) == []
        for language in ("sv", "en"):
            speak(selling, register, language)
            assert too_small(selling) == []
            assert outside(selling) == []


def speak(pilot: Pilot, register: ScriptedRegister, language: str) -> None:
    """Another language."""
    register.language = language
    register.publish(Event("staff"))
    pilot.until(lambda: pilot.app.language == language)
    pilot.frames(4)


def test_what_cannot_be_read_is_found(selling: Pilot) -> None:
    """The looks at texts find one that no catalogue has, one that is cut off and one that ends in an ellipsis."""
    from kassa_ui.widgets.words import Fit, Words

    shortened = Words(text="[a long one]", size_hint=(None, None))
    fit = Fit(text="[wide]", size_hint=(None, None))
    for label in (Fit(text="Untold", width=200), fit, shortened):
        selling.app.stage.add_widget(label)  # Nothing that is drawn anew takes it out, as the totals would.
    selling.frames(2)
    fit.size, shortened.size = (10, 10), (30, 20)
    selling.frames(2)
    seen = legible.labels(selling)
    assert "Untold" in legible.untranslated(seen)
    assert any("wide" in found for found in legible.cut(seen))
    assert any("a long one" in found for found in legible.cut(seen))


def outside(pilot: Pilot) -> list[str]:
    """Every button that is not wholly inside the window."""
    return [
        f"{getattr(widget, 'label', '')!r} {left, bottom} {widget.size}"
        for widget in pilot.widgets()
        if isinstance(widget, ButtonBehavior) and not widget.disabled and not scrolled(widget)
        for left, bottom in [widget.to_window(*widget.pos)]
        if min(left, bottom, Window.width - left - widget.width, Window.height - bottom - widget.height) < -1
    ]


def scrolled(widget: Any) -> bool:
    """Whether the widget is a row that scrolls."""
    return hasattr(widget, "chosen")


DISPLAYS = pytest.mark.parametrize(
    ("density", "fontscale", "size"),
    [(2.0, 1.0, (2560, 1600)), (1.0, 1.5, (1280, 800)), (1.0, 1.0, (800, 600)), (1.0, 1.5, (800, 1280))],
    ids=["double", "large-type", "8-inch", "portrait"],
)


@DISPLAYS
def test_other_displays(
    selling: Pilot, register: ScriptedRegister, density: float, fontscale: float, size: tuple[int, int]
) -> None:
    """At 2× density, with large type, on 8 inches and in portrait the sale fits, and every target is large enough."""
    with metrics(density, fontscale, size):
        selling.attach(register)
        for state in (sale, window, number):
            draw(selling, register, state)
            assert too_small(selling) == []
            assert outside(selling) == []
            if selling.app.till.dialog:
                selling.app.till.dialog.close()
    selling.frames(1)


@DISPLAYS
def test_a_refused_dialog_is_whole(
    selling: Pilot, register: ScriptedRegister, density: float, fontscale: float, size: tuple[int, int]
) -> None:
    """What an error says over a dialog pushes neither its title nor its fields nor its buttons out of the window."""
    with metrics(density, fontscale, size):
        selling.attach(register)
        for state in (number, approval):
            draw(selling, register, state)
            dialog = selling.app.till.dialog
            assert dialog is not None
            dialog.fail(LoggedOnWrong(literal("Numret eller PIN är fel, eller så är inloggningen låst en stund.")))
            selling.app.till.draw()
            selling.frames(4)
            assert too_small(selling) == []
            assert outside(selling) == []
            title = selling.app.stage.dialog.ids.title
            assert title.to_window(0, title.top)[1] <= Window.height
            dialog.close()
    selling.frames(1)


def test_a_bar_covers_no_value(selling: Pilot, register: ScriptedRegister) -> None:
    """Where the facts of a window scroll, their values end before the bar."""
    with metrics(1.0, 1.0, (1280, 520)):
        selling.attach(register)
        draw(selling, register, window)
        facts, rows = (selling.app.stage.dialog.ids[name] for name in ("facts", "rows"))
        assert rows.height > facts.height
        assert all(row.right <= facts.right - facts.bar_width for row in rows.children)
        selling.app.till.dialog.close()
    selling.frames(1)


@pytest.mark.parametrize("fontscale", [1.0, 1.5])
@pytest.mark.parametrize("width", [600, pytest.param(800, marks=pytest.mark.soak), 1024, 1280])
def test_the_bar_never_runs_over(application: Pilot, register: ScriptedRegister, width: int, fontscale: float) -> None:
    """Offline, with sales that wait and somebody at the till: nothing in the bar lies on anything else or outside it,
    the time is whole, and pill, waiting and name can be read."""
    register.log_on()
    register.go_offline()
    with metrics(1.0, fontscale, (width, 800)):
        application.attach(register)
        application.frames(4)
        bar = application.app.stage.ids.header
        shown = sorted((part for part in bar.children if part.opacity and part.width), key=lambda part: part.x)
        assert bar.ids.clock.width == bar.ids.clock.natural
        assert {bar.ids.pill, bar.ids.staff} < set(shown)
        assert any("3 köp" in getattr(part, "text", "") for part in shown)
        assert shown[0].x >= bar.x
        assert shown[-1].right <= bar.right
        assert all(left.right < right.x for left, right in itertools.pairwise(shown))
        register.release()
        application.app.detach()
    application.frames(1)


def test_keypad_keys_are_large(selling: Pilot) -> None:
    """A key of the keypad is at least 72 dp high."""
    assert min(key.height for key in selling.app.stage.screen.ids.keypad.children) >= dp(72)


def test_a_small_target_is_found(selling: Pilot) -> None:
    """The walk that looks for small targets finds one."""
    from kassa_ui.widgets.key import Key

    selling.app.stage.screen.ids.above.add_widget(Key(label="planted", size_hint=(None, None), size=(dp(20), dp(20))))
    selling.frames(2)
    assert any("planted" in found for found in too_small(selling))


def test_language_switches_live(selling: Pilot, register: ScriptedRegister) -> None:
    """Another language, and every text on the screen is in it, without a restart."""
    assert selling.reads("Att betala")
    assert selling.reads("Skanna eller sök vara")
    register.language = "en"
    register.publish(Event("staff"))
    selling.frames(4)
    assert selling.reads("To pay")
    assert selling.reads("Scan or search item")
    assert not selling.reads("Att betala")


def test_the_bar_changes_offline(selling: Pilot, register: ScriptedRegister) -> None:
    """Offline the whole bar has another colour, and text and icon say the same as the colour."""
    header = selling.app.stage.ids.header
    assert header.online
    register.go_offline()
    selling.until(lambda: not header.online)
    selling.frames(2)
    assert selling.reads("Frånkopplad · sedan 14:02")
    assert selling.reads("3 köp väntar på överföring")
    assert header.ids.pill.icon
    assert header.ids.pill.tone == "offline"


def test_settings_switch_live(selling: Pilot, register: ScriptedRegister) -> None:
    """Dark, larger type, English, chosen by keyboard: everything is drawn anew, what is open stays open with the ring
    where it was, and so does the sale; back again, all is as before."""
    app = selling.app
    height = selling.find("Antal").meant
    selling.key("i", "ctrl")
    selling.until(lambda: app.till.dialog)
    selling.frames(3)
    for label in ("Mörkt", "130 %", "English"):
        while getattr(app.ring.current, "label", "") != label:
            selling.key("\t")
        selling.key("\n")
        selling.until(
            lambda label=label: any(getattr(key, "label", "") == label and key.detail for key in selling.widgets())
        )
        selling.frames(3)
    assert app.palette.name == "dark"
    assert app.ring.current.label == "English"
    assert selling.reads("Settings")
    assert selling.find("Antal").meant == pytest.approx(height * 1.3)
    assert selling.reads("862.38")
    app.till.change_settings(theme="light", text_size=100, language="")
    selling.frames(3)
    assert selling.find("Antal").meant == pytest.approx(height)
    assert register.submitted == []


def test_a_long_sale_scrolls(pilot: Pilot, register: ScriptedRegister) -> None:
    """In a long sale the last line is in sight, and the arrows bring an earlier one into sight."""
    register.log_on()
    register.sell_many(30)
    pilot.until(lambda: pilot.app.till.view.transaction)
    pilot.frames(4)
    rows = pilot.app.stage.screen.ids.rows
    assert rows.scroll_y == pytest.approx(0)
    pilot.app.till.desk.selection.move(-14)
    pilot.key("up")
    pilot.frames(4)
    assert 0 < rows.scroll_y < 1


def test_an_error_while_drawing_keeps_the_register(selling: Pilot, register: ScriptedRegister) -> None:
    """An error in the screen's own code is told as *call support*; the register goes on, and so does the screen."""

    def broken(_dt: float) -> None:
        raise RuntimeError("planted")

    from kivy.clock import Clock

    Clock.schedule_once(broken, 0)
    selling.until(lambda: selling.app.till.desk.notices.open)
    selling.app.till.draw()
    selling.frames(3)
    assert selling.reads("Något gick fel.")
    selling.type("7310865004703\n", gap_s=0.004)
    selling.until(lambda: register.transaction is not None and len(register.transaction.lines) == 5)
