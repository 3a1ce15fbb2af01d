"""The bar on top of every screen."""

from __future__ import annotations

from kivy.app import App
from kivy.properties import BooleanProperty, ColorProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from kassa_ui import kv, theme
from kassa_ui.presenters.header import Header, ItemDrawn
from kassa_ui.widgets import icon  # noqa: F401
from kassa_ui.widgets.focus import Focusable
from kassa_ui.widgets.rounded import Rounded
from kassa_ui.widgets.words import Fit


class Pill(Focusable, ButtonBehavior, Rounded, BoxLayout):
    """The connection's state, in colour, words and sign; a press opens the connection status window. It can be pressed
    in the whole height of the bar, though it is drawn lower."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("connected")
    words = ColorProperty((0, 0, 0, 0))
    sign = ColorProperty((0, 0, 0, 0))

    def on_tone(self, _pill: Pill, _tone: str) -> None:
        """Take the colours of the tone."""
        self.paint()

    def on_state(self, _pill: Pill, _state: str) -> None:
        """Darker while pressed."""
        self.paint()

    def paint(self) -> None:
        """Put the colours in force."""
        palette = App.get_running_app().palette
        tone = theme.TONES.get(self.tone, theme.TONES["warning"])
        self.fill = palette.pressed(tone.fill) if self.state == "down" else getattr(palette, tone.fill)
        self.words = getattr(palette, tone.words)
        self.sign = getattr(palette, tone.detail)

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


class HeaderItem(BoxLayout):
    """One item beside the pill or the register's name."""

    text = StringProperty("")
    icon = StringProperty("")
    quiet = BooleanProperty(False)
    online = BooleanProperty(True)
    colour = ColorProperty((1, 1, 1, 1))


class StaffName(Focusable, ButtonBehavior, Rounded, Fit):
    """Who is at the till; a press leads to locking it and to logging off."""

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


class HeaderBar(BoxLayout):
    """Pill, what waits, age of the data, register, person, time. The whole bar changes colour offline."""

    online = BooleanProperty(True)
    register = StringProperty("")
    staff = StringProperty("")
    clock = StringProperty("")
    compact = BooleanProperty(False)

    leave = BooleanProperty(False)

    __events__ = ("on_pill", "on_leave_till")

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
        if shown:
            pill.text, pill.tone, pill.icon = shown.text, shown.tone, shown.icon
            pill.paint()
        self._fill(self.ids.left, header.left, quiet=False)
        self._fill(self.ids.right, header.right, quiet=True)

    def _fill(self, box: BoxLayout, items: tuple[ItemDrawn, ...], *, quiet: bool) -> None:
        while len(box.children) < len(items):
            box.add_widget(HeaderItem(quiet=quiet))
        while len(box.children) > len(items):
            box.remove_widget(box.children[0])
        for widget, item in zip(reversed(box.children), items, strict=True):
            widget.text, widget.icon, widget.online = item.text, item.icon, self.online

    def fit(self) -> None:
        """Beside the pill the first items are shown that there is room for; none is cut in the middle."""
        left = self.ids.left
        for item in left.children:
            item.opacity = 1 if item.right <= left.right + 1 else 0


kv.load(__file__)
