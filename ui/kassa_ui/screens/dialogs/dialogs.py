"""One dialog at a time, over everything. What it shows is data; one layout draws them all."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp, sp
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout

from kassa.windows import Window
from kassa_ui import kv, theme
from kassa_ui.presenters.dialogs import ChoiceDrawn, DialogDrawn, OptionDrawn
from kassa_ui.presenters.till import Till
from kassa_ui.widgets import card, field, icon, notice, words  # noqa: F401
from kassa_ui.widgets.field import Field
from kassa_ui.widgets.key import Key
from kassa_ui.widgets.keypad import NumberPad
from kassa_ui.widgets.letters import Letters
from kassa_ui.widgets.plugin_place import PluginPlace
from kassa_ui.widgets.words import text_width

FEW = 4
NUMBERS = ("numbers", "digits")
"""The pads of figures."""


class FactRow(BoxLayout):
    """A row of a window: what it is, and what it is now."""

    label = StringProperty("")
    value = StringProperty("")


class ChoiceKey(Key):
    """A button of a dialog, as wide as its words need."""

    place = NumericProperty(0)
    words_width = NumericProperty(0)

    def on_label(self, _key: ChoiceKey, _label: str) -> None:
        """Measure the words."""
        self._measure()

    def on_detail(self, _key: ChoiceKey, _detail: str) -> None:
        """Measure the words."""
        self._measure()

    def _measure(self) -> None:
        name, small = theme.TYPE["body"], theme.TYPE["caption"]
        self.words_width = max(
            text_width(self.label, theme.MEDIUM, sp(name)), text_width(self.detail, theme.REGULAR, sp(small))
        )


class OptionKey(Key):
    """One choice of an option; ``row`` and ``place`` say which."""

    row = NumericProperty(0)
    place = NumericProperty(0)


class OptionRow(BoxLayout):
    """A setting: its name over its choices, the one in force marked."""

    label = StringProperty("")


class LetterPad(Letters):
    """Letters, digits and erase, as high as a dialog has room for."""


class DialogLayer(AnchorLayout):
    """The dialog on top, over a veil that keeps taps from what lies under it."""

    till = ObjectProperty(None)
    title = StringProperty("")
    subtitle = StringProperty("")
    pad = StringProperty("")
    wide = NumericProperty(760)
    many = BooleanProperty(False)
    beside = BooleanProperty(False)
    """The pad stands beside the fields, on a screen that has not the height for both with an error over them."""

    def __init__(self, till: Till, **kwargs: Any) -> None:
        super().__init__(till=till, **kwargs)
        self._shown_pad = ""
        self._place: PluginPlace | None = None
        self._window: Window | None = None

    def apply(self, drawn: DialogDrawn) -> None:
        """Show ``drawn``."""
        self.title, self.subtitle, self.pad = drawn.title, drawn.subtitle, drawn.pad
        self.ids.notice.apply(drawn.notice)
        _match(self.ids.rows, len(drawn.rows), FactRow)
        for row, (label, value) in zip(reversed(self.ids.rows.children), drawn.rows, strict=True):
            row.label, row.value = label, value
        _match(self.ids.fields, len(drawn.fields), self._new_field)
        for place, (widget, shown) in enumerate(zip(reversed(self.ids.fields.children), drawn.fields, strict=True)):
            widget.place = place
            widget.apply(shown)
        self._apply_widget(drawn.window)
        self._apply_options(drawn.options)
        self._apply_choices(drawn.choices)
        self._apply_pad()
        self._stand()

    def on_size(self, _layer: DialogLayer, _size: tuple[float, float]) -> None:
        """Another window, or another way to hold it."""
        self._stand()

    def _stand(self) -> None:
        fields = len(self.ids.fields.children)
        whole = dp(502 + 78 * fields) + sp(180 + 22 * fields)
        self.beside = self.pad in NUMBERS and self.height < whole and self.width > dp(784)
        self.wide = {"": 860 if self.many else 760, "letters": 860}.get(self.pad, 760 if self.beside else 460)

    def _new_field(self) -> Field:
        widget = Field()
        widget.bind(on_release=lambda tapped: self._tap_field(tapped.place))
        return widget

    def _new_choice(self) -> ChoiceKey:
        key = ChoiceKey()
        key.bind(on_release=lambda pressed: self._choose(pressed.place))
        return key

    def _apply_widget(self, window: Window | None) -> None:
        reference = window.widget if window is not None else ""
        if reference != (self._place.reference if self._place is not None else ""):
            self.ids.own.clear_widgets()
            self._place = PluginPlace(reference) if reference else None
            if self._place is not None:
                self.ids.own.add_widget(self._place)
        if self._place is not None and window is not None and window != self._window:
            self._place.apply(window)
        self._window = window

    def _apply_options(self, options: tuple[OptionDrawn, ...]) -> None:
        _match(self.ids.options, len(options), OptionRow)
        for number, (row, option) in enumerate(zip(reversed(self.ids.options.children), options, strict=True)):
            row.label = option.label
            _match(row.ids.offered, len(option.choices), self._new_option)
            for place, (key, (label, chosen)) in enumerate(
                zip(reversed(row.ids.offered.children), option.choices, strict=True)
            ):
                key.row, key.place, key.label = number, place, label
                key.detail, key.tone = (option.chosen, "action") if chosen else ("", "plain")

    def _new_option(self) -> OptionKey:
        key = OptionKey()
        key.bind(on_release=lambda pressed: self._pick(int(pressed.row), int(pressed.place)))
        return key

    def _pick(self, row: int, place: int) -> None:
        if self.till.dialog is not None:
            self.till.dialog.pick(row, place)
            self.till.draw()

    def _apply_choices(self, choices: tuple[ChoiceDrawn, ...]) -> None:
        box = self.ids.choices
        _match(box, len(choices), self._new_choice)
        # A few stand at the right, the last one outermost; many fill rows from the left, like the list they are.
        self.many = len(choices) > FEW
        keys = reversed(box.children) if self.many else box.children
        for place, (key, choice) in enumerate(zip(keys, choices, strict=True)):
            key.place, key.label, key.detail = place, choice.label, choice.reason
            key.tone = choice.tone if choice.enabled else "dimmed"
            key.working = choice.working

    def _apply_pad(self) -> None:
        if self.pad == self._shown_pad:
            return
        self._shown_pad = self.pad
        self.ids.pad.clear_widgets()
        if self.pad:
            panel = LetterPad() if self.pad == "letters" else NumberPad(with_mark=self.pad == "numbers")
            panel.bind(on_characters=lambda _panel, typed: self.till.type(typed, keyboard=False))
            panel.bind(on_key=lambda _panel, name: self.till.key(name, keyboard=False))
            self.ids.pad.add_widget(panel)

    def _choose(self, place: int) -> None:
        if self.till.dialog is not None:
            self.till.dialog.choose(place)
            self.till.draw()

    def _tap_field(self, place: int) -> None:
        if self.till.dialog is not None:
            self.till.dialog.tap_field(place)
            self.till.draw()

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing under the veil is touched."""
        super().on_touch_down(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Nothing under the veil is touched."""
        super().on_touch_move(touch)
        return True


def _match(box: Any, count: int, make: Any) -> None:
    """Make ``box`` have ``count`` children."""
    while len(box.children) > count:
        box.remove_widget(box.children[0])
    while len(box.children) < count:
        box.add_widget(make())


kv.load(__file__)
