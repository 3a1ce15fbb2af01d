"""Boxes with round corners, sharp to the pixel.

Kivy's own rounded rectangles are either stepped at the corners or soft along the straight sides. Here the corners come
from a small texture with exact coverage, made once for each radius and stretched in nine parts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kivy.clock import Clock
from kivy.graphics import BorderImage, Color
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import ColorProperty, NumericProperty

from kassa_ui import theme


@lru_cache(maxsize=64)
def disc(radius: int, hole: int = 0) -> Texture:
    """A white disc of ``radius`` pixels, split by two pixels in its middle for stretching; ``hole`` pixels of its rim
    stay when it is hollow (0: it is full)."""
    side = 2 * radius + 2
    alphas = bytearray()
    for y in range(side):
        for x in range(side):
            distance = ((_off(x, radius)) ** 2 + (_off(y, radius)) ** 2) ** 0.5
            cover = _cover(radius - distance)
            if hole:
                cover -= _cover(radius - hole - distance)
            alphas += bytes((255, 255, 255, round(255 * cover)))
    texture = Texture.create(size=(side, side), colorfmt="rgba")
    texture.blit_buffer(bytes(alphas), colorfmt="rgba", bufferfmt="ubyte")
    texture.mag_filter = texture.min_filter = "nearest"
    return texture


def _off(place: int, radius: int) -> float:
    """How far the pixel at ``place`` lies from the centre of its corner."""
    if place < radius:
        return radius - place - 0.5
    return max(0.0, place - radius - 2 + 0.5)


def _cover(inside: float) -> float:
    """How much of a pixel is covered whose centre lies ``inside`` the rim."""
    return min(1.0, max(0.0, inside + 0.5))


class Rounded:
    """For a widget: draws a box of ``fill`` with an ``edge`` behind it, and around it a ``halo`` when it has one.

    ``inset`` makes the box that much lower than the widget, above and below.
    """

    fill = ColorProperty((0, 0, 0, 0))
    edge = ColorProperty((0, 0, 0, 0))
    halo = ColorProperty((0, 0, 0, 0))
    corner = NumericProperty(theme.RADIUS)
    edge_width = NumericProperty(1)
    inset = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.canvas.before:  # type: ignore[attr-defined]
            self._colours = {}
            self._boxes = {}
            for name in ("halo", "fill", "edge"):
                self._colours[name] = Color()
                self._boxes[name] = BorderImage()
        # Once before the next frame, however many of these change: a layout changes them all, more than once.
        self._redraw_soon = Clock.create_trigger(self._redraw, -1)
        redraw = ("pos", "size", "fill", "edge", "halo", "corner", "edge_width", "inset")
        self.bind(**dict.fromkeys(redraw, self._redraw_soon))  # type: ignore[attr-defined]
        self._redraw_soon()

    def _redraw(self, *_changed: object) -> None:
        left, right = round(self.x), round(self.x + self.width)  # type: ignore[attr-defined]
        bottom, top = round(self.y + dp(self.inset)), round(self.y + self.height - dp(self.inset))  # type: ignore[attr-defined]
        radius = max(1, min(round(dp(self.corner)), (right - left) // 2 - 1, (top - bottom) // 2 - 1))
        out = round(dp(4))
        self._place("fill", disc(radius), radius, left, bottom, right, top)
        self._place("edge", disc(radius, max(1, round(dp(self.edge_width)))), radius, left, bottom, right, top)
        ring = disc(radius + out, round(dp(2.5)))
        self._place("halo", ring, radius + out, left - out, bottom - out, right + out, top + out)

    def _place(self, name: str, texture: Texture, radius: int, left: int, bottom: int, right: int, top: int) -> None:
        self._colours[name].rgba = getattr(self, name)
        box = self._boxes[name]
        box.texture = texture
        box.border = (radius, radius, radius, radius)
        box.pos = (left, bottom)
        box.size = (right - left, top - bottom)
