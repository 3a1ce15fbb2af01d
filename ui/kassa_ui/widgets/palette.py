"""The theme's tokens as Kivy properties, so that a change of theme repaints everything at once."""

from __future__ import annotations

from typing import Any

from kivy.event import EventDispatcher
from kivy.properties import ColorProperty, NumericProperty, StringProperty

from kassa_ui import theme


class Palette(EventDispatcher):
    """Colours by token (``palette.ink``). ``name`` is the theme in force; widgets are made anew when it changes."""

    name = StringProperty(theme.LIGHT)

    def __init__(self, **kwargs: Any) -> None:
        for token, colour in theme.tokens(theme.LIGHT).items():
            self.apply_property(**{token: ColorProperty(theme.rgba(colour))})
        for name, size in theme.TYPE.items():
            self.apply_property(**{f"{name}_sp": NumericProperty(size)})
        super().__init__(**kwargs)

    def on_name(self, palette: Palette, name: str) -> None:
        """Put another theme in force."""
        for token, colour in theme.tokens(name).items():
            setattr(self, token, theme.rgba(colour))

    def pressed(self, token: str) -> tuple[float, float, float, float]:
        """The colour ``token`` of something that is being pressed."""
        colours = theme.tokens(self.name)
        if token == "clear":
            return (*theme.rgba(colours["ink"])[:3], theme.PRESSED)
        return theme.mixed(colours[token], colours["ink"], theme.PRESSED)
