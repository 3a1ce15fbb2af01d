"""Rows of the sale and of search results: a tap selects."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.recycleview import RecycleView

from kassa_ui import kv


class SaleRow(ButtonBehavior, BoxLayout):
    """One row: quantity, name with a small line under it, amount. All it shows comes from its ``data``."""

    key = StringProperty("")
    quantity = StringProperty("")
    name = StringProperty("")
    detail = StringProperty("")
    amount = StringProperty("")
    selected = BooleanProperty(False)
    voided = BooleanProperty(False)
    chosen = ObjectProperty(None)

    def on_press(self) -> None:
        """The row was tapped. On the press: the list holds a touch back until it knows that it is no scroll."""
        if self.chosen is not None:
            self.chosen(self.key)


class Rows(RecycleView):
    """A window of rows; the selected one is always in sight."""

    __events__ = ("on_chosen",)
    data: Any

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # After the layout: before it nobody knows how high the rows stand.
        self._look = Clock.create_trigger(self._show_selected, 0)
        self.bind(height=self._look)

    def on_chosen(self, key: str) -> None:
        """The row ``key`` was tapped."""

    def apply(self, rows: list[dict[str, Any]]) -> None:
        """Show ``rows``; nothing is laid out again when nothing has changed."""
        shown = [{key: value for key, value in row.items() if key != "chosen"} for row in self.data]
        if shown == rows:
            return
        self.data = [{**row, "chosen": self._chosen} for row in rows]
        self._look()

    def _show_selected(self, _dt: float) -> None:
        place = next((place for place, row in enumerate(self.data) if row["selected"]), None)
        if place is not None:
            self._show(place, len(self.data))

    def _chosen(self, key: str) -> None:
        self.dispatch("on_chosen", key)

    def _show(self, place: int, count: int) -> None:
        height = self.layout_manager.default_size[1]
        room = count * height - self.height
        if room <= 0:
            self.scroll_y = 1
            return
        top, bottom = place * height, (place + 1) * height
        above = (1 - min(max(self.scroll_y, 0), 1)) * room
        if top < above:
            above = top
        elif bottom > above + self.height:
            above = bottom - self.height
        self.scroll_y = 1 - min(max(above / room, 0), 1)


kv.load(__file__)
