"""The place of a plugin's own widget in a window. Whatever it does wrong, the place says so and the sale goes on."""

from __future__ import annotations

import importlib
from typing import Any

import structlog
from kivy.app import App
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kassa.text import literal, texts
from kassa.windows import Window
from kassa_ui import kv
from kassa_ui.widgets.card import Note

_, n_ = texts("kassa_ui")
log = structlog.get_logger("kassa.ui")


class PluginPlace(BoxLayout):
    """Holds the widget that a window names, or says that it cannot be shown.

    :param reference: ``package.module:Class``; imported when the window is first drawn.
    """

    def __init__(self, reference: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reference = reference
        self.failed = False
        self._widget: Any = None
        self._guarded(self._load)

    def apply(self, window: Window) -> None:
        """Hand the widget the window as it is now."""
        if self._widget is not None:
            self._guarded(lambda: self._widget.apply(window))

    def _load(self) -> None:
        module, _colon, name = self.reference.partition(":")
        made = getattr(importlib.import_module(module), name)()
        if not isinstance(made, Widget):
            raise TypeError(f"{self.reference} is no widget")
        self._widget = made
        self.add_widget(made)

    def _guarded(self, call: Any) -> Any:
        if self.failed:
            return False
        try:
            return call()
        except (Exception, SystemExit) as error:
            self._fail(error)
            return False

    def _fail(self, error: BaseException) -> None:
        log.error("a plugin's widget failed", widget=self.reference, exc_info=error)
        self.failed, self._widget = True, None
        self.clear_widgets()
        words = _("{widget} cannot be shown. The sale goes on; tell support.", widget=literal(self.reference))
        self.add_widget(Note(text=words.words(App.get_running_app().language)))

    def on_touch_down(self, touch: Any) -> bool:
        """A finger goes to the widget."""
        return bool(self._guarded(lambda: super(PluginPlace, self).on_touch_down(touch)))

    def on_touch_move(self, touch: Any) -> bool:
        """A finger moves on it."""
        return bool(self._guarded(lambda: super(PluginPlace, self).on_touch_move(touch)))

    def on_touch_up(self, touch: Any) -> bool:
        """A finger leaves it."""
        return bool(self._guarded(lambda: super(PluginPlace, self).on_touch_up(touch)))


kv.load(__file__)
