"""The button of every screen: shows at once that it is pressed, and that it is working if the work takes longer."""

from __future__ import annotations

from typing import Any

from kivy.animation import Animation
from kivy.app import App
from kivy.clock import Clock
from kivy.metrics import dp, sp
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.label import Label

from kassa_ui import kv, theme
from kassa_ui.widgets.fitting import Written, fitted
from kassa_ui.widgets.focus import Focusable
from kassa_ui.widgets.icon import Icon
from kassa_ui.widgets.rounded import Rounded
from kassa_ui.widgets.words import text_width

WORKING_AFTER_S = 0.12
"""Work that ends sooner shows nothing: it would only flicker."""


SIZES = {"backspace": (38, 22), "enter": (28, 24)}
"""Of a key's sign, in dp; others are square."""


class KeyDetail(Label):
    """The small line under a key's name."""


class KeyShortcut(Label):
    """The keyboard's way to a key, in its corner, while a keyboard is in use."""


class Key(Focusable, ButtonBehavior, Rounded, AnchorLayout):
    """A button with a name and perhaps a small line under it. ``tone`` is one of the theme's."""

    label = StringProperty("")
    detail = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("plain")
    working = BooleanProperty(False)
    shortcut = StringProperty("")
    label_size = NumericProperty(0)
    strong = BooleanProperty(True)
    words = ColorProperty((0, 0, 0, 0))
    small_words = ColorProperty((0, 0, 0, 0))
    meant = NumericProperty(18)
    fitted = NumericProperty(18)
    fitted_small = NumericProperty(13)
    sweep = NumericProperty(0)
    sweep_alpha = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        palette = App.get_running_app().palette
        palette.bind(name=self.paint)
        self.bind(tone=self.paint, state=self.paint)
        self._animation: Any = None
        self._detail: KeyDetail | None = None
        self._icon: Icon | None = None
        self._shortcut: KeyShortcut | None = None
        self.bind(shortcut=self._show_shortcut)
        App.get_running_app().bind(keys_shown=self._show_shortcut)
        self.bind(detail=self._show_detail, icon=self._show_icon)
        self._fit = Clock.create_trigger(self._fit_words, -1)
        for name in ("size", "label", "detail", "label_size", "strong"):
            self.fbind(name, self._fit)
        self._fit()
        self._show_detail()
        self._show_icon()
        self.paint()

    def _show_detail(self, *_changed: object) -> None:
        """Most keys have no small line, and a screen has many keys: it is made when there is one."""
        if self.detail and self._detail is None:
            self._detail = KeyDetail(color=self.small_words, font_size=self.fitted_small)
            self.ids.lines.add_widget(self._detail)
        if self._detail is not None:
            self._detail.text = self.detail

    def _show_icon(self, *_changed: object) -> None:
        if self.icon and self._icon is None:
            self._icon = Icon(size_hint=(None, None), colour=self.words)
            self.add_widget(self._icon)
        if self._icon is not None:
            width, height = SIZES.get(self.icon, (20, 20))
            self._icon.size = dp(width), dp(height)
            self._icon.name = self.icon

    def _show_shortcut(self, *_changed: object) -> None:
        """Made when a keyboard is first used: most tills have none."""
        app = App.get_running_app()
        shown = self.shortcut if app is not None and app.keys_shown else ""
        if shown and self._shortcut is None:
            self._shortcut = KeyShortcut(color=self.small_words)
            self.add_widget(self._shortcut)
        if self._shortcut is not None:
            self._shortcut.text = shown

    def _fit_words(self, *_dt: float) -> None:
        """Draw the words as large as is meant, smaller where the key has no room for that."""
        typeface = theme.MEDIUM if self.strong else theme.REGULAR
        app = App.get_running_app()
        if app is None:
            return  # the window has closed since this was asked for
        palette = app.palette
        self.meant = sp(self.label_size or palette.body_sp)
        name = Written(self.label, self.meant, lambda text, size: text_width(text, typeface, size))
        small = Written(self.detail, sp(palette.caption_sp), lambda text, size: text_width(text, theme.REGULAR, size))
        width, height = self.width - self.padding[0] - self.padding[2], self.height - dp(4)
        self.fitted, self.fitted_small = fitted(name, small, width, height)
        if self._detail is not None:
            self._detail.font_size = self.fitted_small

    def paint(self, *_changed: object) -> None:
        """Take the colours of the tone; darker while pressed."""
        app = App.get_running_app()
        if app is None:
            return  # the window has closed
        palette = app.palette
        tone = theme.TONES[self.tone]
        down = self.state == "down"
        self.fill = palette.pressed(tone.fill) if down else getattr(palette, tone.fill)
        self.edge = palette.pressed(tone.edge) if down else getattr(palette, tone.edge)
        self.words = getattr(palette, tone.words)
        self.small_words = getattr(palette, tone.detail)
        if self._detail is not None:
            self._detail.color = self.small_words
        if self._icon is not None:
            self._icon.colour = self.words
        if self._shortcut is not None:
            self._shortcut.color = self.small_words

    def on_working(self, _key: Key, working: bool) -> None:
        """Show that the work goes on, or stop showing it."""
        if self._animation is not None:
            self._animation.cancel(self)
            self._animation = None
        self.sweep = self.sweep_alpha = 0
        if working:
            there = Animation(sweep=1, sweep_alpha=1, duration=0.7, t="in_out_sine")
            back = Animation(sweep=0, sweep_alpha=1, duration=0.7, t="in_out_sine")
            again = there + back
            again.repeat = True
            self._animation = again
            wait = Animation(sweep=0, duration=WORKING_AFTER_S)
            wait.bind(on_complete=lambda *_args: self._sweep(again))
            wait.start(self)

    def _sweep(self, animation: Any) -> None:
        if self.working and self._animation is animation:
            animation.start(self)

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


kv.load(__file__)
