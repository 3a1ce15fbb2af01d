"""A field that shows what is typed. The keys come from the window, not from here."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from kassa_ui import kv
from kassa_ui.presenters.dialogs import FieldDrawn
from kassa_ui.widgets import card, notice, words  # noqa: F401
from kassa_ui.widgets.focus import Focusable
from kassa_ui.widgets.key import WORKING_AFTER_S
from kassa_ui.widgets.rounded import Rounded


class Field(Focusable, ButtonBehavior, BoxLayout):
    """A labelled field; ``active``: the keys go here."""

    label = StringProperty("")
    text = StringProperty("")
    active = BooleanProperty(False)

    def apply(self, field: FieldDrawn) -> None:
        """Show ``field``."""
        self.label, self.text, self.active = field.label, field.text, field.active

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


class ScanField(Focusable, ButtonBehavior, Rounded, BoxLayout):
    """The scan and search field on top of the sale: a tap brings the letters."""

    text = StringProperty("")
    hint = StringProperty("")
    busy = BooleanProperty(False)
    busy_shown = BooleanProperty(False)
    clearable = BooleanProperty(False)

    __events__ = ("on_clear",)

    def __init__(self, **kwargs: Any) -> None:
        self._wait = Clock.create_trigger(self._show_busy, WORKING_AFTER_S)
        super().__init__(**kwargs)

    def on_busy(self, _field: ScanField, busy: bool) -> None:
        """Say so where it lasts: most scans have their line before, and need no frame of their own for this."""
        if busy:
            self._wait()
        else:
            self._wait.cancel()
            self.busy_shown = False

    def _show_busy(self, _dt: float) -> None:
        self.busy_shown = self.busy

    def on_clear(self) -> None:
        """What is typed is to go."""

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


kv.load(__file__)
