"""Log on, and unlock."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty
from kivy.uix.anchorlayout import AnchorLayout

from kassa_ui import kv
from kassa_ui.presenters.log_on import LogOnDrawn
from kassa_ui.presenters.till import Till
from kassa_ui.widgets import card, field, icon, key, keypad, notice, words  # noqa: F401


class LogOnScreen(AnchorLayout):
    """Shows a :class:`LogOnDrawn` and passes presses on to the till."""

    till = ObjectProperty(None)

    def __init__(self, till: Till, **kwargs: Any) -> None:
        super().__init__(till=till, **kwargs)

    def apply(self, drawn: LogOnDrawn) -> None:
        """Show ``drawn``."""
        ids = self.ids
        ids.title.text = drawn.title
        ids.place.text = f"{drawn.store} · {drawn.register}"
        ids.staff_id.apply(drawn.fields[0])
        ids.pin.apply(drawn.fields[1])
        ids.log_on.label, ids.log_on.working = drawn.button, drawn.working
        ids.offline.text = drawn.offline
        ids.notice.apply(drawn.notice)
        ids.quiet.text = drawn.quiet or "\n".join(drawn.problems)

    def tap_field(self, place: int) -> None:
        """A field was tapped."""
        self.till.log_on.tap_field(place)
        self.till.draw()


kv.load(__file__)
