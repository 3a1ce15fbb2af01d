"""A white panel with round corners."""

from __future__ import annotations

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from kassa_ui import kv
from kassa_ui.widgets import icon, words  # noqa: F401
from kassa_ui.widgets.rounded import Rounded


class Card(Rounded, BoxLayout):
    """Holds what belongs together."""


class Note(Card):
    """A card that says something before anything has gone wrong; without text it takes no room."""

    text = StringProperty("")


kv.load(__file__)
