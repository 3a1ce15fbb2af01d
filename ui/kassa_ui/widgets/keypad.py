"""The keypad: digits, decimal mark, ×, erase, Enter. What a key types is its own affair; where it goes is not."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.gridlayout import GridLayout
from kivy.uix.relativelayout import RelativeLayout

from kassa_ui import kv
from kassa_ui.widgets.key import Key


class PadKey(Key):
    """A key of a pad."""


class CharacterKey(PadKey):
    """A key that types its own label, as soon as it is touched."""

    pad = ObjectProperty(None)

    def on_press(self) -> None:
        """The finger is down."""
        if self.label:
            self.pad.dispatch("on_characters", self.label)
        else:
            self.pad.dispatch("on_key", self.icon)


class Keypad(RelativeLayout):
    """The sale screen's keypad, in the order of a calculator."""

    decimal_mark = StringProperty(",")

    __events__ = ("on_characters", "on_key")

    def on_characters(self, characters: str) -> None:
        """A key typed ``characters``."""

    def on_key(self, name: str) -> None:
        """``backspace``, ``times`` or ``enter`` was pressed."""


class NumberPad(GridLayout):
    """A smaller keypad for dialogs and log on: three columns. Without a decimal mark it has its own Enter."""

    decimal_mark = StringProperty(",")
    with_mark = BooleanProperty(True)

    __events__ = ("on_characters", "on_key")

    def on_characters(self, characters: str) -> None:
        """A key typed ``characters``."""

    def on_key(self, name: str) -> None:
        """``backspace`` or ``enter`` was pressed."""


kv.load(__file__)
