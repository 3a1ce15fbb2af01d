"""A place for panels that a layout names but shows only at times."""

from __future__ import annotations

from typing import Any

from kivy.uix.widget import Widget


class Parked(Widget):
    """Takes no room, and keeps its children without showing them: they are put elsewhere when they are wanted."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint=(None, None), size=(0, 0), **kwargs)
        self.kept: list[Widget] = []

    def add_widget(self, widget: Widget, *_args: Any, **_kwargs: Any) -> None:
        """Keep ``widget`` aside."""
        self.kept.append(widget)
