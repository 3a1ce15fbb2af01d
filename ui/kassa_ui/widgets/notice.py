"""A notice in place: what happened, what is kept, what to do."""

from __future__ import annotations

from kivy.app import App
from kivy.properties import ColorProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kassa_ui import kv, theme
from kassa_ui.presenters.notices import NoticeDrawn
from kassa_ui.widgets import icon, key, words  # noqa: F401

ICONS = {"error": "warning", "warning": "info", "info": "info"}


class NoticeBar(BoxLayout):
    """Shows one notice, or takes no room at all."""

    what = StringProperty("")
    detail = StringProperty("")
    others = StringProperty("")
    icon = StringProperty("")
    ground = ColorProperty((0, 0, 0, 0))
    edge = ColorProperty((0, 0, 0, 0))

    __events__ = ("on_dismiss",)

    def on_dismiss(self) -> None:
        """The cashier has seen it."""

    def apply(self, notice: NoticeDrawn | None) -> None:
        """Show ``notice``; None: nothing."""
        if notice is None:
            self.what = ""
            return
        tone, palette = theme.TONES[notice.tone], App.get_running_app().palette
        self.ground, self.edge = getattr(palette, tone.fill), getattr(palette, tone.edge)
        self.icon = ICONS[notice.tone]
        self.what, self.detail, self.others = notice.what, notice.detail, notice.others


kv.load(__file__)
