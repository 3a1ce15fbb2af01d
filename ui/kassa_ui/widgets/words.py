"""Text on the screen, in the theme's typefaces: regular, middle and bold."""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label as CoreLabel
from kivy.properties import ColorProperty, NumericProperty
from kivy.uix.label import Label

from kassa_ui import kv


class Fit(Label):
    """Words that take the width they need."""


class FitStrong(Fit):
    """The same in the middle weight."""


class Shrinking(Label):
    """Words that take the width they need, but no more than ``most``: then they end in an ellipsis."""

    natural = NumericProperty(0)
    most = NumericProperty(100_000)

    def on_kv_post(self, base_widget: Label) -> None:
        """The layout is applied: measure, and again with every change of what decides the width."""
        self.bind(text=self._measure, font_size=self._measure, font_name=self._measure)
        self._measure()

    def _measure(self, *_changed: object) -> None:
        self.natural = text_width(self.text, self.font_name, self.font_size) if self.text else 0


class Shrunk(Label):
    """Words on one line that are drawn smaller where there is no room for them."""

    meant = NumericProperty(0)

    def on_kv_post(self, base_widget: Label) -> None:
        """The layout is applied: fit the words in, and again with every change."""
        self.bind(text=self._fit, width=self._fit, meant=self._fit, font_name=self._fit)
        self._fit()

    def _fit(self, *_changed: object) -> None:
        width = text_width(self.text, self.font_name, self.meant) if self.text and self.meant else 0
        self.font_size = self.meant * min(1, self.width / width) if width > 0 else self.meant


class Words(Label):
    """Words that stay on one line and are cut with an ellipsis where there is no room."""


class Strong(Words):
    """The same in the middle weight."""


class Paragraph(Label):
    """Words that flow over as many lines as they need; the widget is as high as they are."""

    ground = ColorProperty((0, 0, 0, 0))


@lru_cache(4000)
def text_width(text: str, typeface: str, size: float) -> float:
    """How wide ``text`` is drawn with type of ``size``, in pixels."""
    return float(CoreLabel(font_name=typeface, font_size=size).get_extents(text)[0])


kv.load(__file__)
