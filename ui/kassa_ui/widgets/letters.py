"""Letters for touch: shown where words are typed, as the tablet may have no keyboard."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kassa_ui import kv
from kassa_ui.widgets.keypad import CharacterKey, PadKey

LAYOUTS = {
    "sv": ("qwertyuiopå", "asdfghjklöä", "zxcvbnm-"),
    "en": ("qwertyuiop", "asdfghjkl'", "zxcvbnm-"),
}
"""Rows of letters by language."""


class LetterKey(CharacterKey):
    """A letter."""


class Letters(BoxLayout):
    """A keyboard of letters in the cashier's language, with space; where no keypad is near, with digits and erase."""

    language = StringProperty("en")
    with_digits = BooleanProperty(False)

    __events__ = ("on_characters", "on_key")

    def on_kv_post(self, base_widget: Any) -> None:
        """The layout is applied: put the letters in."""
        self.bind(language=self._lay_out)
        if self.with_digits:
            self._add_digits()
        self._lay_out()

    def on_characters(self, characters: str) -> None:
        """A key typed ``characters``."""

    def on_key(self, name: str) -> None:
        """``backspace`` was pressed."""

    def _add_digits(self) -> None:
        digits = BoxLayout(spacing=self.ids.first.spacing)
        for digit in "1234567890":
            digits.add_widget(LetterKey(label=digit, pad=self))
        self.add_widget(digits, index=len(self.children))
        erase = PadKey(icon="backspace", size_hint_x=1.4)
        erase.bind(on_press=lambda _key: self.dispatch("on_key", "backspace"))
        self.ids.last.add_widget(erase)

    def _lay_out(self, *_changed: object) -> None:
        rows = LAYOUTS.get(self.language, LAYOUTS["en"])
        for box, letters in zip((self.ids.first, self.ids.second, self.ids.third), rows, strict=True):
            box.clear_widgets()
            for letter in letters:
                box.add_widget(LetterKey(label=letter, pad=self))


kv.load(__file__)
