"""The window's content: the bar, the screen that is up, and the dialog over both."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from kassa_ui import kv
from kassa_ui.presenters.header import header
from kassa_ui.presenters.sale import sale_drawn
from kassa_ui.presenters.speech import speech
from kassa_ui.presenters.till import Till
from kassa_ui.screens.dialogs import DialogLayer
from kassa_ui.screens.log_on import LogOnScreen
from kassa_ui.screens.sale import SaleScreen
from kassa_ui.widgets import header as header_bar  # noqa: F401


class Stage(FloatLayout):
    """Draws a till. Screens are built when they are first needed."""

    till = ObjectProperty(None)

    def __init__(self, till: Till, **kwargs: Any) -> None:
        super().__init__(till=till, **kwargs)
        self._screens: dict[str, Any] = {}
        self._dialog: DialogLayer | None = None

    @property
    def focus_root(self) -> Widget:
        """Where the keyboard's ring moves."""
        return self._dialog if self._dialog is not None else self.ids.main

    @property
    def screen(self) -> Any:
        """The screen that is up."""
        return self.ids.body.children[0] if self.ids.body.children else None

    @property
    def dialog(self) -> DialogLayer | None:
        """The dialog that is drawn."""
        return self._dialog

    def draw(self) -> None:
        """Draw the till as it is now."""
        till = self.till
        words = speech(till.view)
        self.ids.header.apply(header(till.view, words))
        screen = self._show(till.screen)
        if till.screen == "sale":
            screen.apply(sale_drawn(till.view, till.desk, till.work, words))
        else:
            screen.apply(till.log_on.drawn(words))
        self._draw_dialog(till.dialog.drawn(words) if till.dialog else None)

    def _show(self, name: str) -> Any:
        if name not in self._screens:
            self._screens[name] = (SaleScreen if name == "sale" else LogOnScreen)(self.till)
        screen = self._screens[name]
        body: BoxLayout = self.ids.body
        if screen.parent is None:
            body.clear_widgets()
            body.add_widget(screen)
        return screen

    def _draw_dialog(self, drawn: Any) -> None:
        if drawn is None:
            if self._dialog is not None:
                self.remove_widget(self._dialog)
                self._dialog = None
            return
        if self._dialog is None:
            self._dialog = DialogLayer(till=self.till)
            self.add_widget(self._dialog)
        self._dialog.apply(drawn)


kv.load(__file__)
