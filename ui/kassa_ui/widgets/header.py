"""The bar on top of every screen."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kassa_ui import kv, theme
from kassa_ui.presenters.header import Header, ItemDrawn
from kassa_ui.widgets import icon  # noqa: F401
from kassa_ui.widgets.focus import Focusable
from kassa_ui.widgets.header_room import Wanted, widths
from kassa_ui.widgets.rounded import Rounded
from kassa_ui.widgets.words import Shrinking

SHORT = 104
"""The narrowest, in dp, that words of the bar are shortened to before they are left out."""
EDGE, BETWEEN = 16, 20
"""Lengths in dp: from the bar's ends, and between what stands in it."""


class Pill(Focusable, ButtonBehavior, Rounded, BoxLayout):
    """The connection's state, in colour, words and sign; a press opens the connection status window. It can be pressed
    in the whole height of the bar, though it is drawn lower."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("connected")
    words = ColorProperty((0, 0, 0, 0))
    sign = ColorProperty((0, 0, 0, 0))
    natural = NumericProperty(0)
    most = NumericProperty(100_000)

    def on_tone(self, _pill: Pill, _tone: str) -> None:
        """Take the colours of the tone."""
        self.paint()

    def on_state(self, _pill: Pill, _state: str) -> None:
        """Darker while pressed."""
        self.paint()

    def paint(self) -> None:
        """Put the colours in force."""
        app = App.get_running_app()
        if app is None:
            return  # the window has closed
        palette = app.palette
        tone = theme.TONES.get(self.tone, theme.TONES["warning"])
        self.fill = palette.pressed(tone.fill) if self.state == "down" else getattr(palette, tone.fill)
        self.words = getattr(palette, tone.words)
        self.sign = getattr(palette, tone.detail)

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


class HeaderItem(BoxLayout):
    """One item beside the pill or the register's name; ``most`` 0: there is no room for it."""

    text = StringProperty("")
    icon = StringProperty("")
    quiet = BooleanProperty(False)
    online = BooleanProperty(True)
    colour = ColorProperty((1, 1, 1, 1))
    natural = NumericProperty(0)
    most = NumericProperty(100_000)


class StaffName(Focusable, ButtonBehavior, Rounded, Shrinking):
    """Who is at the till; a press leads to locking it and to logging off."""

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


class HeaderBar(Widget):
    """Pill, what waits, age of the data, register, person, time. The whole bar changes colour offline."""

    online = BooleanProperty(True)
    register = StringProperty("")
    staff = StringProperty("")
    clock = StringProperty("")
    leave = BooleanProperty(False)

    __events__ = ("on_pill", "on_leave_till")

    def __init__(self, **kwargs: Any) -> None:
        self._share = Clock.create_trigger(self._share_out, -1)
        self._left: list[HeaderItem] = []
        self._right: list[HeaderItem] = []
        super().__init__(**kwargs)

    def on_kv_post(self, base_widget: Any) -> None:
        """The layout is applied: share the room out anew whenever it or the words change."""
        self.bind(size=self._share, pos=self._share)
        for name in ("pill", "register", "staff", "clock"):
            self.ids[name].bind(natural=self._share)

    def on_pill(self) -> None:
        """The pill was pressed."""

    def on_leave_till(self) -> None:
        """The name of who is at the till was pressed."""

    def apply(self, header: Header) -> None:
        """Show ``header``."""
        self.online, self.leave = header.online, header.leave
        self.register, self.staff, self.clock = header.register, header.staff, header.clock
        pill = self.ids.pill
        shown = header.pill
        pill.opacity, pill.disabled = (1, False) if shown else (0, True)
        pill.text = shown.text if shown else ""
        if shown:
            pill.tone, pill.icon = shown.tone, shown.icon
            pill.paint()
        self._fill(self._left, header.left, quiet=False)
        self._fill(self._right, header.right, quiet=True)

    def _fill(self, widgets: list[HeaderItem], items: tuple[ItemDrawn, ...], *, quiet: bool) -> None:
        while len(widgets) > len(items):
            self.remove_widget(widgets.pop())
            self._share()
        while len(widgets) < len(items):
            widgets.append(HeaderItem(quiet=quiet))
            widgets[-1].bind(natural=self._share)
            self.add_widget(widgets[-1])
            self._share()
        for widget, item in zip(widgets, items, strict=True):
            widget.text, widget.icon, widget.online = item.text, item.icon, self.online

    def _share_out(self, *_dt: float) -> None:
        """Give each its room: first pill and time, then who is here and what waits, then the register and the rest."""
        pill, clock, staff, register = (self.ids[name] for name in ("pill", "clock", "staff", "register"))
        parts = [pill, clock, staff, *self._left[:1], register, *self._left[1:], *self._right]
        whole = {id(clock)}
        kept = {id(part) for part in (pill, clock, staff, *self._left[:1])}
        given = widths(
            [
                Wanted(part.natural, part.natural if id(part) in whole else dp(SHORT), keep=id(part) in kept)
                for part in parts
            ],
            self.width - 2 * dp(EDGE),
            dp(BETWEEN),
        )
        for part, width in zip(parts, given, strict=True):
            part.most, part.opacity = width, 1 if width and (part is not pill or not pill.disabled) else 0
        self._stand(pill, self._left, [*self._right, register, staff, clock])

    def _stand(self, pill: Any, left: list[Any], right: list[Any]) -> None:
        x = self.x + dp(EDGE)
        for part in (pill, *left):
            part.pos, part.height = (x, self.y), self.height
            x += part.width + dp(BETWEEN) if part.most else 0
        x = self.right - dp(EDGE)
        for part in reversed(right):
            part.pos, part.height = (x - part.width, self.y), self.height
            x -= part.width + dp(BETWEEN) if part.most else 0


kv.load(__file__)
