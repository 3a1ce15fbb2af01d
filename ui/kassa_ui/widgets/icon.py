"""Small drawn signs, so that no state rests on colour alone and no typeface needs to have them."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.properties import ColorProperty, StringProperty
from kivy.uix.widget import Widget

STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "check": (((0.12, 0.5), (0.4, 0.22), (0.9, 0.82)),),
    "warning": (
        ((0.5, 0.95), (0.02, 0.08), (0.98, 0.08), (0.5, 0.95)),
        ((0.5, 0.66), (0.5, 0.38)),
        ((0.5, 0.26), (0.5, 0.18)),
    ),
    "close": (((0.15, 0.15), (0.85, 0.85)), ((0.15, 0.85), (0.85, 0.15))),
    "backspace": (
        ((0.3, 0.88), (1.0, 0.88), (1.0, 0.12), (0.3, 0.12), (0.0, 0.5), (0.3, 0.88)),
        ((0.44, 0.74), (0.82, 0.26)),
        ((0.44, 0.26), (0.82, 0.74)),
    ),
    "enter": (((0.95, 0.9), (0.95, 0.35), (0.1, 0.35)), ((0.32, 0.6), (0.08, 0.35), (0.32, 0.1))),
    "search": (((0.64, 0.36), (0.95, 0.05)),),
    "info": (((0.5, 0.56), (0.5, 0.24)), ((0.5, 0.8), (0.5, 0.7))),
}
"""Lines of each sign in a square of side 1."""


class Icon(Widget):
    """A sign by name: ``dot``, ``check``, ``warning``, ``close``, ``backspace``, ``enter``, ``search``, ``info``."""

    name = StringProperty("")
    colour = ColorProperty((0, 0, 0, 1))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bind(name=self._draw, colour=self._draw, pos=self._draw, size=self._draw)
        self._draw()

    def _draw(self, *_changed: object) -> None:
        self.canvas.clear()
        if not self.name:
            return
        width = max(1.0, min(self.width, self.height) / 14)
        with self.canvas:
            Color(rgba=self.colour)
            if self.name == "dot":
                SmoothEllipse(pos=self.pos, size=self.size)
            if self.name == "search":
                SmoothLine(
                    circle=(self.x + self.width * 0.42, self.y + self.height * 0.58, self.width * 0.32), width=width
                )
            if self.name == "info":
                SmoothLine(circle=(*self.center, self.width * 0.48), width=width)
            for stroke in STROKES.get(self.name, ()):
                points = [part for x, y in stroke for part in (self.x + x * self.width, self.y + y * self.height)]
                SmoothLine(points=points, width=width, joint="round", cap="round")
