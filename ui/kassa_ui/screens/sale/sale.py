"""The sale screen: the sale on the left, what can be done on the right; in portrait one above the other."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from kassa_ui import kv, theme
from kassa_ui.presenters.desk import PAGE
from kassa_ui.presenters.lines import LineRow, TotalsPanel
from kassa_ui.presenters.sale import ButtonDrawn, SaleDrawn
from kassa_ui.presenters.search import ResultRow
from kassa_ui.presenters.tender import FinishedDrawn
from kassa_ui.presenters.till import Till
from kassa_ui.widgets import card, field, icon, keypad, lines, notice, words  # noqa: F401
from kassa_ui.widgets.focus import Focusable
from kassa_ui.widgets.key import Key
from kassa_ui.widgets.letters import Letters
from kassa_ui.widgets.rounded import Rounded

FUNCTION_KEYS = 12
COLUMNS = 4
"""Of the button grid."""


class TotalRow(BoxLayout):
    """A small row of label and value."""

    label = StringProperty("")
    value = StringProperty("")


class PaidRow(Focusable, ButtonBehavior, Rounded, BoxLayout):
    """What is paid so far; a press leads to voiding the last payment."""

    label = StringProperty("")
    value = StringProperty("")

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        self.trigger_action(duration=0.08)


class FinishedPanel(BoxLayout):
    """The end of a sale: the change, large, until the next one starts."""

    label = StringProperty("")
    amount = StringProperty("")

    def apply(self, finished: FinishedDrawn) -> None:
        """Show ``finished``."""
        self.label, self.amount = finished.label, finished.amount
        fill_rows(self.ids.rows, finished.rows)


class TenderPanel(BoxLayout):
    """The amounts that a customer is likely to hand over, in the grid's place."""

    __events__ = ("on_back",)

    def on_back(self) -> None:
        """Not in cash after all."""


class SaleScreen(BoxLayout):
    """Shows a :class:`SaleDrawn` and passes presses on to the till's desk."""

    till = ObjectProperty(None)
    landscape = BooleanProperty(True)
    mode = StringProperty("grid")

    def __init__(self, till: Till, **kwargs: Any) -> None:
        super().__init__(till=till, **kwargs)
        self._shown: SaleDrawn | None = None
        # Kivy's ids are weak: a panel that is not shown would be gone. The others are made when they are wanted.
        self._panels: dict[str, Any] = {"grid": self.ids.grid.__self__}
        self._shown_above = self._panels["grid"]
        self._rows = self.ids.rows.__self__
        self._finished: FinishedPanel | None = None
        self.ids.above.bind(height=self._count_rows)

    def _count_rows(self, _above: Any, height: float) -> None:
        """As many rows of buttons on a page as there is room for at the size that a finger needs."""
        rows = int((height + dp(theme.GAP)) // dp(theme.TOUCH + theme.GAP))
        capacity = COLUMNS * min(max(rows, 1), PAGE // COLUMNS)
        if capacity != self.till.desk.capacity:
            self.till.desk.capacity = capacity
            self.till.draw()

    def apply(self, drawn: SaleDrawn) -> None:
        """Show ``drawn``."""
        ids = self.ids
        ids.scan.text, ids.scan.busy = drawn.entry, drawn.busy
        ids.scan.clearable = bool(drawn.entry) or drawn.mode == "search"
        ids.notice.apply(drawn.notice)
        ids.quiet.text = drawn.quiet
        ids.keypad.decimal_mark = drawn.decimal_mark
        self._apply_left(drawn)
        self._apply_totals(drawn.totals)
        self._apply_buttons(drawn)
        apply_key(ids.card, drawn.card)
        apply_key(ids.cash, drawn.cash)
        self._shown = drawn

    def _apply_left(self, drawn: SaleDrawn) -> None:
        ids = self.ids
        searching = drawn.mode == "search"
        finished = drawn.finished if not searching and not drawn.rows else None
        rows = drawn.results if searching else () if finished else drawn.rows
        self._rows.apply([_result(row) if isinstance(row, ResultRow) else _line(row) for row in rows])
        ids.note.text = drawn.results_note
        self._apply_finished(finished)

    def _apply_finished(self, finished: FinishedDrawn | None) -> None:
        if finished is not None and self._finished is None:
            self._finished = FinishedPanel()
        panel: Any = self._rows if finished is None else self._finished
        if panel.parent is None:
            self.ids.middle.clear_widgets()
            self.ids.middle.add_widget(panel)
        if finished is not None and self._finished is not None:
            self._finished.apply(finished)

    def _apply_totals(self, totals: TotalsPanel) -> None:
        fill_rows(self.ids.totals, totals.rows)
        self.ids.paid.label, self.ids.paid.value = totals.paid
        self.ids.due_label.text, self.ids.due.text = totals.label, totals.amount

    def _apply_buttons(self, drawn: SaleDrawn) -> None:
        ids = self.ids
        self.mode = drawn.mode
        panel = self._panel(drawn.mode)
        if panel is not self._shown_above:
            self._shown_above = panel
            ids.above.clear_widgets()
            ids.above.add_widget(panel)
        self._fill_keys(ids.grid, drawn.buttons, self._press, with_keys=True)
        if drawn.mode == "tender":
            self._fill_keys(panel.ids.quick, drawn.quick, self._press_quick, label_size=theme.TYPE["key"])

    def _panel(self, mode: str) -> Any:
        if mode not in self._panels:
            self._panels[mode] = self._new_letters() if mode == "search" else self._new_tender()
        return self._panels[mode]

    def _new_letters(self) -> Letters:
        panel = Letters()
        panel.bind(on_characters=lambda _panel, typed: self.till.type(typed, keyboard=False))
        panel.bind(on_key=lambda _panel, name: self.till.key(name, keyboard=False))
        return panel

    def _new_tender(self) -> TenderPanel:
        panel = TenderPanel()
        panel.bind(on_back=lambda _panel: self.till.key("escape", keyboard=False))
        return panel

    def _fill_keys(
        self,
        grid: Any,
        buttons: tuple[ButtonDrawn, ...],
        pressed: Any,
        *,
        label_size: float = 0,
        with_keys: bool = False,
    ) -> None:
        while len(grid.children) > len(buttons):
            grid.remove_widget(grid.children[0])
        while len(grid.children) < len(buttons):
            key = Key(label_size=label_size)
            key.place = 0
            key.bind(on_release=pressed)
            grid.add_widget(key)
        for key, button in zip(reversed(grid.children), buttons, strict=True):
            key.place = button.place
            key.shortcut = f"F{button.place + 1}" if with_keys and 0 <= button.place < FUNCTION_KEYS else ""
            apply_key(key, button)

    def _press(self, key: Key) -> None:
        self.till.desk.press(key.place)
        self.till.draw()

    def _press_quick(self, key: Key) -> None:
        self.till.desk.press_quick(key.place)
        self.till.draw()

    def chosen(self, key: str) -> None:
        """A row was tapped: a line is selected, an item found is sold."""
        if self.mode == "search":
            self.till.desk.sell(key)
        else:
            self.till.press_line(key)
        self.till.draw()


def apply_key(key: Key, button: ButtonDrawn) -> None:
    """Make ``key`` show ``button``."""
    key.label, key.detail, key.tone, key.working = button.label, button.detail, button.tone, button.working


def fill_rows(box: BoxLayout, rows: tuple[tuple[str, str], ...]) -> None:
    """Make ``box`` hold one small row for each pair."""
    while len(box.children) > len(rows):
        box.remove_widget(box.children[0])
    while len(box.children) < len(rows):
        box.add_widget(TotalRow())
    for widget, (label, value) in zip(reversed(box.children), rows, strict=True):
        widget.label, widget.value = label, value


def _line(row: LineRow) -> dict[str, Any]:
    line = asdict(row)
    return {"key": line.pop("line_id"), **line}


def _result(row: ResultRow) -> dict[str, Any]:
    return {
        "key": row.number,
        "quantity": "",
        "name": row.name,
        "detail": row.detail,
        "amount": row.price,
        "selected": row.picked,
        "voided": False,
    }


kv.load(__file__)
