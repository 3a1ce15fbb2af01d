"""Log on, and unlock."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kassa_ui import kv
from kassa_ui.presenters.log_on import LogOnDrawn
from kassa_ui.presenters.till import Till
from kassa_ui.widgets import card, field, icon, keypad, notice, words  # noqa: F401
from kassa_ui.widgets.key import Key


class LogOnFields(BoxLayout):
    """Staff id, PIN, and the button."""

    till = ObjectProperty(None)
    tight = BooleanProperty(False)

    def tap_field(self, place: int) -> None:
        """A field was tapped."""
        self.till.log_on.tap_field(place)
        self.till.draw()

    def apply(self, drawn: LogOnDrawn) -> None:
        """Show ``drawn``."""
        self.ids.staff_id.apply(drawn.fields[0])
        self.ids.pin.apply(drawn.fields[1])
        self.ids.log_on.label, self.ids.log_on.working = drawn.button, drawn.working


class StaffTiles(GridLayout):
    """Who has logged on here lately, and somebody else."""

    till = ObjectProperty(None)

    def apply(self, drawn: LogOnDrawn) -> None:
        """Show ``drawn``."""
        names = (*drawn.tiles, drawn.another)
        while len(self.children) > len(names):
            self.remove_widget(self.children[0])
        while len(self.children) < len(names):
            key = Key()
            key.place = len(self.children)
            key.bind(on_release=self._choose)
            self.add_widget(key)
        for key, name in zip(reversed(self.children), names, strict=True):
            key.label, key.strong = name, key.place < len(drawn.tiles)

    def _choose(self, key: Key) -> None:
        self.till.log_on.choose(key.place)
        self.till.draw()


class LogOnScreen(BoxLayout):
    """Shows a :class:`LogOnDrawn` and passes presses on to the till."""

    till = ObjectProperty(None)
    tight = BooleanProperty(False)

    def __init__(self, till: Till, **kwargs: Any) -> None:
        super().__init__(till=till, **kwargs)
        self._fields = LogOnFields(till=till, tight=self.tight)
        self._tiles = StaffTiles(till=till)
        self._offline: Key | None = None
        self.bind(tight=self._fields.setter("tight"))

    def apply(self, drawn: LogOnDrawn) -> None:
        """Show ``drawn``."""
        ids = self.ids
        ids.title.text = drawn.title
        ids.place.text = f"{drawn.store} · {drawn.register}"
        panel: Any = self._tiles if drawn.tiles else self._fields
        if panel.parent is None:
            ids.who.clear_widgets()
            ids.who.add_widget(panel)
        panel.apply(drawn)
        ids.offline.text = drawn.offline
        ids.notice.apply(drawn.notice)
        ids.quiet.text = drawn.quiet or "\n".join(drawn.problems)
        self._offer_offline(drawn.work_offline)

    def _offer_offline(self, label: str) -> None:
        if label and self._offline is None:
            self._offline = Key(tone="switch", label=label)
            self._offline.bind(on_release=self._work_offline)
            self.ids.below.add_widget(self._offline)
        elif not label and self._offline is not None:
            self.ids.below.remove_widget(self._offline)
            self._offline = None
        if self._offline is not None:
            self._offline.label = label

    def _work_offline(self, _key: Key) -> None:
        self.till.log_on.work_offline()
        self.till.draw()


kv.load(__file__)
