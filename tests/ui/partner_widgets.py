"""Widgets as partners ship them: one that works, and several that do not."""

from __future__ import annotations

from typing import Any

from kivy.uix.label import Label

from kassa.windows import Window


class Clock(Label):
    """Shows the window's title."""

    def apply(self, window: Window) -> None:
        """Show it."""
        self.text = f"widget of {window.title}"


class CannotBeMade(Clock):
    """Fails while it is made."""

    def __init__(self) -> None:
        raise RuntimeError("planted")


class CannotApply(Clock):
    """Fails when it is told."""

    def apply(self, window: Window) -> None:
        """Fail."""
        raise ValueError("planted")


class Exits(Clock):
    """Ends the process, if it is let."""

    def apply(self, window: Window) -> None:
        """Exit."""
        raise SystemExit(3)


class CannotBeTouched(Clock):
    """Fails under a finger."""

    def on_touch_down(self, touch: Any) -> bool:
        """Fail."""
        raise RuntimeError("planted")


class NoWidget:
    """Is none."""
