"""Text on the screen, in the theme's typefaces: regular, middle and bold."""

from __future__ import annotations

from kivy.properties import ColorProperty
from kivy.uix.label import Label

from kassa_ui import kv


class Fit(Label):
    """Words that take the width they need."""


class FitStrong(Fit):
    """The same in the middle weight."""


class Words(Label):
    """Words that stay on one line and are cut with an ellipsis where there is no room."""


class Strong(Words):
    """The same in the middle weight."""


class Paragraph(Label):
    """Words that flow over as many lines as they need; the widget is as high as they are."""

    ground = ColorProperty((0, 0, 0, 0))


kv.load(__file__)
