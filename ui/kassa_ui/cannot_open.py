"""A register that cannot be opened says so in its window: on a till nobody reads what a terminal would say."""

from __future__ import annotations

import os
from datetime import UTC
from typing import Any

from kivy.core.window import Window
from kivy.properties import StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.widget import Widget

from kassa.errors import KassaError
from kassa_ui import kv
from kassa_ui.presenters.speech import Speech
from kassa_ui.widgets import card, icon, key, words  # noqa: F401
from kassa_ui.window import KassaApp

KEYS = (13, 27, 271)
"""Enter, Escape, and the number pad's Enter."""


class CannotOpenScreen(AnchorLayout):
    """What happened, what is kept, what to do; and one button."""

    what = StringProperty("")
    detail = StringProperty("")
    where = StringProperty("")


def screen_for(error: KassaError, language: str) -> CannotOpenScreen:
    """What ``error`` says, with its first line for support."""
    speech = Speech(language, UTC)
    return CannotOpenScreen(
        what=speech(error.what),
        detail=" ".join(speech(part) for part in (error.kept, error.hint) if part is not None),
        where=f"[{error.code}] {error.where.splitlines()[0]}" if error.where else "",
    )


class CannotOpenApp(KassaApp):
    """The window without a register."""

    def __init__(self, error: KassaError, language: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language = language
        self.screen = screen_for(error, language)

    def build(self) -> Widget:
        """The one screen."""
        Window.bind(on_key_down=self._pressed)
        return self.screen

    def _pressed(self, _window: object, code: int, *_rest: object) -> bool:
        """Enter and Escape close it, as a press does."""
        if code in KEYS:
            self.stop()
        return code in KEYS


def system_language() -> str:
    """The language of whoever set the device up: the store's is in what cannot be opened."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "sv" if named.startswith("sv") else "en"


kv.load(__file__)
