"""The label that all text is drawn with: its texture is filled before the drawing of a frame begins.

Kivy fills it in the middle of the frame that shows it first. A renderer in software then ends what it has begun and
starts again, for each text: 7 ms instead of 0.1.
"""

from __future__ import annotations

from typing import Any

from kivy.core.window import Window
from kivy.uix.label import Label

_unfilled: list[Any] = []


class TextLabel(Label):
    """Kivy's label, whose new text is on the graphics card when drawing begins."""

    def texture_update(self, *changed: object) -> None:
        """Make the texture anew; it is filled once, however often this is called before the next frame."""
        super().texture_update(*changed)
        if self.texture is not None:
            _unfilled.append(self)


def _fill(*_drawing: object) -> None:
    for label in _unfilled:
        if label.texture is not None:
            label.texture.bind()
    _unfilled.clear()


Window.bind(on_draw=_fill)
