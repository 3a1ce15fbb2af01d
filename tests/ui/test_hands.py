"""Fingers, keyboard and scanner on the real window."""

from __future__ import annotations

from kivy.metrics import dp
from tests.ui.pilot import Pilot
from tests.ui.scripted_register import ScriptedRegister
from tests.ui.scripted_shop import ITEMS

from kassa_ui.presenters.dialogs import AskDialog, WindowDialog

CODES = [code for code in ITEMS if code.isdigit() and len(code) == 13]


def test_log_on_by_touch(pilot: Pilot, register: ScriptedRegister) -> None:
    """Fingers alone log on: id, Enter, PIN, Enter."""
    for label in "100":
        pilot.tap(pilot.find(label))
    pilot.tap(pilot.find("PIN"))
    for label in "1234":
        pilot.tap(pilot.find(label))
    pilot.tap(pilot.find("Logga in"))
    pilot.until(lambda: pilot.app.till.screen == "sale")
    pilot.frames(3)
    assert pilot.reads("Elin Berg")


def test_log_on_by_keyboard(pilot: Pilot) -> None:
    """The keyboard alone does the same."""
    pilot.type("100\n1234\n", gap_s=0.3)
    pilot.until(lambda: pilot.app.till.screen == "sale")


def test_the_log_on_panel_stands_still(pilot: Pilot, register: ScriptedRegister) -> None:
    """An error at log on has its room, beside what is said offline: fields and keys do not move under the finger."""
    register.go_offline()
    pilot.until(lambda: not pilot.app.stage.ids.header.online)
    pilot.frames(3)
    place = pilot.find("Logga in").pos[:], pilot.find("5").pos[:]
    pilot.type("100\n9999\n", gap_s=0.3)
    pilot.until(lambda: pilot.reads("Fel id eller PIN."))
    pilot.frames(3)
    assert (pilot.find("Logga in").pos[:], pilot.find("5").pos[:]) == place


def test_a_whole_sale_by_touch(selling: Pilot, register: ScriptedRegister) -> None:
    """Quantity by keypad and button, then cash by the keypad: the change stands large on the screen."""
    selling.tap(selling.find("3"))
    selling.tap(selling.find("Antal"))
    selling.until(lambda: register.submitted)
    for digit in ("3", "0", "0", "0"):
        selling.tap(selling.find(digit))
    selling.tap(selling.find("Kontant"))
    selling.until(lambda: selling.app.till.desk.finished)
    selling.frames(3)
    assert selling.reads("Växel")
    assert register.transaction is None


def test_a_tap_on_a_line_selects_it(selling: Pilot) -> None:
    """A tap on a line selects it."""
    row = next(row for row in selling.widgets() if getattr(row, "name", "") == "Mjölk 1,5 % 1 l")
    selling.tap(row)
    selling.until(lambda: selling.app.till.desk.selection.line_id == "l2")
    selling.frames(3)
    assert [row.name for row in selling.widgets() if getattr(row, "selected", False)] == ["Mjölk 1,5 % 1 l"]


def test_pressed_at_once(selling: Pilot, register: ScriptedRegister) -> None:
    """A tap shows with the next frame that the button is pressed, then that it is working, until the work is done."""
    register.hold()
    key = selling.find("Kort")
    before = tuple(key.fill)
    selling.press(key)
    selling.frames(1)
    assert tuple(key.fill) != before
    selling.lift()
    assert key.working
    selling.until(lambda: key.sweep_alpha > 0)
    register.release()
    selling.until(lambda: not key.working)


def test_the_screen_is_alive_while_the_register_works(selling: Pilot, register: ScriptedRegister) -> None:
    """While an operation hangs, frames are drawn, the window 917 opens, and Disconnect answers."""
    register.hold()
    selling.tap(selling.find("Retur"))
    selling.tap(selling.app.stage.ids.header.ids.pill)
    selling.until(lambda: isinstance(selling.app.till.dialog, WindowDialog))
    selling.frames(3)
    selling.tap(selling.find("Koppla från", selling.app.stage.dialog))
    selling.until(lambda: not register.connection_state.online)
    assert selling.app.till.work.running


def test_a_scan_that_takes_long_says_so(selling: Pilot, register: ScriptedRegister) -> None:
    """A scan that takes long says that it works, until it has ended."""
    register.hold()
    selling.type(CODES[1] + "\n", gap_s=0.003)
    selling.until(lambda: selling.reads("•••"))
    register.release()
    selling.until(lambda: not selling.reads("•••"))


def test_scans_typed_quickly_while_it_works(selling: Pilot, register: ScriptedRegister) -> None:
    """A scanner's keys during a slow operation all arrive, in order, none lost."""
    register.hold()
    scanned = [CODES[number % 4] for number in range(25)]
    for code in scanned:
        selling.app.till.clock.seconds += 0.2
        selling.type(code + "\n", gap_s=0.003)
    selling.frames(2)
    register.release()
    selling.until(lambda: not selling.app.till.work.running)
    assert register.transaction is not None
    assert [line.item.barcode for line in register.transaction.lines[4:]] == scanned


def test_a_scan_while_the_screen_stands_still(selling: Pilot, register: ScriptedRegister) -> None:
    """Frames that take long in the middle of a barcode split nothing off it."""
    for place, character in enumerate(CODES[0] + "\n"):
        if place in (1, 5, 13):
            selling.frames(1)
            selling.app.till.clock.seconds += 0.1
        selling.type(character, gap_s=0.004)
    assert register.submitted == [(100, {"code": CODES[0]})]
    assert selling.app.till.desk.entry.text == ""


def test_a_part_payment_is_voided_by_touch(selling: Pilot, register: ScriptedRegister) -> None:
    """What is paid is a target for a finger, and leads to voiding the payment."""
    selling.type("100")
    selling.tap(selling.find("Kontant"))
    selling.until(lambda: selling.app.till.view.totals.paid)
    selling.frames(3)
    row = selling.app.stage.screen.ids.paid
    assert row.height >= dp(56)
    selling.tap(row)
    selling.frames(2)
    selling.tap(selling.find("Ångra betalning", selling.app.stage.dialog))
    selling.until(lambda: not selling.app.till.view.totals.paid)
    selling.frames(3)
    assert row.height == 0


def test_the_till_is_locked_by_touch_and_by_keys(selling: Pilot, register: ScriptedRegister) -> None:
    """The person's name leads to locking the till, and so does Ctrl+L; a locked till is not left that way."""
    name = selling.app.stage.ids.header.ids.staff
    assert min(name.size) >= dp(56)
    selling.tap(name)
    selling.frames(2)
    selling.tap(selling.find("Stäng", selling.app.stage.dialog))
    selling.key("l", "ctrl")
    selling.type("\n", gap_s=2)
    selling.until(lambda: register.locked)
    selling.until(lambda: selling.app.till.screen == "log_on")
    selling.frames(3)
    selling.tap(name)
    assert selling.app.till.dialog is None


def test_the_veil_keeps_fingers_off(selling: Pilot, register: ScriptedRegister) -> None:
    """What lies under a dialog cannot be pressed."""
    card = selling.find("Kort")
    selling.tap(selling.find("Antal"))
    selling.until(lambda: isinstance(selling.app.till.dialog, AskDialog))
    selling.frames(2)
    selling.tap(card)
    assert register.submitted == []


def test_function_keys(selling: Pilot, register: ScriptedRegister) -> None:
    """F1 to F12 press the grid's buttons by their place."""
    selling.type("2", gap_s=0.3)
    selling.key("f1")
    selling.until(lambda: register.submitted)
    assert register.submitted[0][0] == 105
    selling.key("f12")
    selling.until(lambda: isinstance(selling.app.till.dialog, WindowDialog))


def test_tab_and_arrows(selling: Pilot, register: ScriptedRegister) -> None:
    """Tab reaches the buttons, arrows go on from there, the focus can be seen, Enter presses, Escape lets go."""
    ring = selling.app.ring
    seen = set()
    for _step in range(30):
        selling.key("\t")
        seen.add(getattr(ring.current, "label", None) or type(ring.current).__name__)
    assert {"Antal", "Koppla från", "Kort", "Kontant", "Pill", "ScanField"} <= seen
    while getattr(ring.current, "label", "") != "Antal":
        selling.key("\t")
    selling.key("right")
    selling.key("down")
    assert ring.current.label == "Parkera köp"
    assert tuple(ring.current.halo) == tuple(selling.app.palette.focus)
    selling.key("\n")
    selling.until(lambda: register.submitted)
    assert register.submitted[0][0] == 503
    selling.key("\x1b")
    assert ring.current is None


def test_a_scan_with_the_focus_on_a_button(selling: Pilot, register: ScriptedRegister) -> None:
    """A scan goes to the sale even while a button has the focus; its Enter presses nothing."""
    selling.key("\t")
    selling.key("\t")
    selling.type(CODES[0] + "\n", gap_s=0.004)
    selling.until(lambda: register.submitted)
    assert register.submitted == [(100, {"code": CODES[0]})]
    assert selling.app.ring.current is None


def test_keyboard_pays(selling: Pilot, register: ScriptedRegister) -> None:
    """Ctrl+J pays cash with what is typed, Ctrl+K card, Ctrl+D opens the connection status, Ctrl+F the search."""
    selling.key("f", "ctrl")
    assert selling.app.till.desk.mode == "search"
    selling.key("\x1b")
    selling.key("d", "ctrl")
    selling.until(lambda: isinstance(selling.app.till.dialog, WindowDialog))
    selling.key("\x1b")
    selling.type("900", gap_s=0.3)
    selling.key("j", "ctrl")
    selling.until(lambda: register.transaction is None)
    register.sell_example()
    selling.until(lambda: selling.app.till.view.transaction)
    selling.key("k", "ctrl")
    selling.until(lambda: register.transaction is None)


def test_dialog_by_keyboard(selling: Pilot, register: ScriptedRegister) -> None:
    """In a window Tab stays inside it, Enter runs the primary action, Escape closes."""
    selling.key("d", "ctrl")
    selling.until(lambda: isinstance(selling.app.till.dialog, WindowDialog))
    selling.frames(3)
    labels = set()
    for _step in range(5):
        selling.key("\t")
        labels.add(selling.app.ring.current.label)
    assert labels == {"Stäng", "Synkronisera nu", "Koppla från"}
    selling.key("\x1b")
    selling.key("\n")
    selling.until(lambda: not register.connection_state.online)
    selling.key("\x1b")
    selling.until(lambda: selling.app.till.dialog is None)


def test_a_pin_is_nowhere_on_the_screen(pilot: Pilot) -> None:
    """A PIN that is being typed is on the screen as dots alone."""
    pilot.type("100\n4711", gap_s=0.3)
    pilot.frames(3)
    assert pilot.reads("••••")
    assert not pilot.reads("4711")
