"""Boxes with round corners, sharp to the pixel.

Kivy's own rounded rectangles are either stepped at the corners or soft along the straight sides. Here the corners come
from a small texture with exact coverage, made once for each radius and stretched in nine parts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kivy.clock import Clock
from kivy.graphics import BorderImage, Color, InstructionGroup
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import ColorProperty, NumericProperty

from kassa_ui import theme

Colour = tuple[float, ...]
"""Red, green, blue and alpha, each as a part of 1."""
CLEAR = (0.0, 0.0, 0.0, 0.0)


@lru_cache(maxsize=256)
def disc(radius: int, fill: Colour, edge: Colour = CLEAR, edge_width: int = 1) -> Texture:
    """A disc of ``radius`` pixels, split by two pixels in its middle for stretching: ``fill`` with a rim of ``edge``.

    Both in one texture: each further layer is as much again to draw for a renderer in software.
    """
    side = 2 * radius + 2
    pixels = bytearray()
    for whole, rim in _covers(radius, edge_width):
        pixels += _over((*edge[:3], edge[3] * rim), (*fill[:3], fill[3] * whole))
    texture = Texture.create(size=(side, side), colorfmt="rgba")
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    texture.mag_filter = texture.min_filter = "nearest"
    return texture


@lru_cache(maxsize=32)
def _covers(radius: int, edge_width: int) -> tuple[tuple[float, float], ...]:
    """For each pixel, row by row: how much of it the disc covers, and how much the disc's rim."""
    covers = []
    for y in range(2 * radius + 2):
        for x in range(2 * radius + 2):
            distance = (_off(x, radius) ** 2 + _off(y, radius) ** 2) ** 0.5
            whole = _cover(radius - distance)
            covers.append((whole, whole - _cover(radius - edge_width - distance)))
    return tuple(covers)


def _over(above: Colour, below: Colour) -> bytes:
    """One colour over another, as four bytes."""
    alpha = above[3] + below[3] * (1 - above[3])
    if alpha == 0:
        return bytes(4)
    mixed = ((a * above[3] + b * below[3] * (1 - above[3])) / alpha for a, b in zip(above[:3], below[:3], strict=True))
    return bytes(round(255 * part) for part in (*mixed, alpha))


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
        self._box: BorderImage | None = None
        self._ring: BorderImage | None = None
        # Once before the next frame, however many of these change: a layout changes them all, more than once.
        self._redraw_soon = Clock.create_trigger(self._redraw, -1)
        redraw = ("pos", "size", "fill", "edge", "halo", "corner", "edge_width", "inset")
        self.bind(**dict.fromkeys(redraw, self._redraw_soon))  # type: ignore[attr-defined]
        self._redraw_soon()

    def _redraw(self, *_changed: object) -> None:
        left, right = round(self.x), round(self.x + self.width)  # type: ignore[attr-defined]
        bottom, top = round(self.y + dp(self.inset)), round(self.y + self.height - dp(self.inset))  # type: ignore[attr-defined]
        radius = max(1, min(round(dp(self.corner)), (right - left) // 2 - 1, (top - bottom) // 2 - 1))
        edge_width = max(1, round(dp(self.edge_width)))
        if self._box is not None or self.fill[3] or self.edge[3]:
            self._box = self._box or self._new()
            texture = disc(radius, tuple(self.fill), tuple(self.edge), edge_width)
            seen = bool(self.fill[3] or self.edge[3])
            _place(self._box, texture, radius, (left, bottom, right, top) if seen else None)
        if self._ring is not None or self.halo[3]:
            self._ring = self._ring or self._new()
            out = round(dp(4))
            texture = disc(radius + out, CLEAR, tuple(self.halo), round(dp(2.5)))
            around = (left - out, bottom - out, right + out, top + out)
            _place(self._ring, texture, radius + out, around if self.halo[3] else None)

    def _new(self) -> BorderImage:
        """A box of its own, behind all that the widget draws. Most have no halo: it is made when there is one."""
        group, box = InstructionGroup(), BorderImage()
        group.add(Color())
        group.add(box)
        self.canvas.before.insert(0, group)  # type: ignore[attr-defined]
        return box


def _place(box: BorderImage, texture: Texture, radius: int, around: tuple[int, int, int, int] | None) -> None:
    """Put ``box`` there; None: it is not seen."""
    box.texture = texture
    box.border = (radius, radius, radius, radius)
    left, bottom, right, top = around or (0, 0, 0, 0)
    box.pos = (left, bottom)
    box.size = (right - left, top - bottom)
