"""The keyboard: a hand's or a scanner's. Every action of the screens has its way here (docs/screen.md lists them)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kassa_ui.presenters.till import Till
from kassa_ui.widgets.focus import FocusRing

ENTER, ENTER_PAD, BACKSPACE, TAB, ESCAPE, SPACE = 13, 271, 8, 9, 27, 32
ARROWS = {273: "up", 274: "down", 275: "right", 276: "left"}
F1, F12 = 282, 293
PAY_CARD, PAY_CASH, FIND, STATUS, LEAVE, VOID_PAID = "k", "j", "f", "d", "l", "b"
SETTINGS, SUPPORT = "i", "h"


class Keyboard:
    """Passes the window's keys on to the till, or moves the focus ring.

    :param in_use: told True when a key is pressed that no scanner has, False when a finger is in use.
    """

    def __init__(self, window: Any, till: Till, ring: FocusRing, in_use: Callable[[bool], None]) -> None:
        self._window = window
        self._till = till
        self._ring = ring
        self._in_use = in_use
        window.bind(on_key_down=self._down, on_textinput=self._text, on_touch_down=self._touched)

    def close(self) -> None:
        """Listen no more."""
        self._window.unbind(on_key_down=self._down, on_textinput=self._text, on_touch_down=self._touched)

    def _touched(self, *_args: Any) -> None:
        self._till.used()
        self._ring.hide()
        self._in_use(False)

    def _text(self, _window: Any, text: str) -> None:
        self._till.used()
        if text == " " and self._ring.press():
            return
        self._ring.hide()
        self._till.type(text)

    def _down(self, _window: Any, key: int, _scancode: int, _codepoint: str | None, modifiers: list[str]) -> bool:
        if "ctrl" in modifiers or key in (TAB, *ARROWS) or F1 <= key <= F12:
            self._in_use(True)
        self._till.used()
        if "ctrl" in modifiers:
            self._shortcut(chr(key) if 32 < key < 127 else "")
        elif key in (ENTER, ENTER_PAD):
            if not self._ring.press():
                self._till.key("enter")
        elif key == TAB:
            self._ring.tab(-1 if "shift" in modifiers else 1)
        elif key in ARROWS:
            self._arrow(ARROWS[key])
        elif key == BACKSPACE:
            self._till.key("backspace")
        elif key == ESCAPE:
            self._escape()
        elif F1 <= key <= F12:
            self._function(key - F1)
        return True

    def _arrow(self, direction: str) -> None:
        if not self._ring.move(direction):
            self._till.key(direction)

    def _escape(self) -> None:
        if self._ring.current is not None:
            self._ring.hide()
        else:
            self._till.key("escape")

    def _function(self, place: int) -> None:
        """F1 to F12: the grid's buttons by their place."""
        if self._till.screen == "sale" and self._till.dialog is None:
            self._till.desk.press(place)
            self._till.draw()

    def _shortcut(self, letter: str) -> None:
        if letter == STATUS and self._till.dialog is None:
            self._till.press_pill()
        elif letter == SETTINGS:
            self._till.press_settings()
        elif letter == SUPPORT:
            self._till.press_support()
        if self._till.screen != "sale" or self._till.dialog is not None:
            return
        if letter == PAY_CARD:
            self._till.desk.press_card()
        elif letter == PAY_CASH:
            self._till.desk.press_cash()
        elif letter == FIND:
            self._till.desk.open_search()
        elif letter == LEAVE:
            self._till.press_staff()
        elif letter == VOID_PAID:
            self._till.press_paid()
        self._till.draw()
