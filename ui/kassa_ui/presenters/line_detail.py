"""One line of the sale: all that is known of it, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.model import Line
from kassa.register.face import GridButton
from kassa.text import texts
from kassa_ui.presenters.dialogs import ChoiceDrawn, Dialog, DialogDrawn
from kassa_ui.presenters.speech import Speech

if TYPE_CHECKING:
    from kassa_ui.presenters.till import Till

_, n_ = texts("kassa_ui")


class LineDialog(Dialog):
    """The line's facts, and the buttons of the layout that are about a line. It closes when its line is gone."""

    def __init__(self, till: Till, line_id: str) -> None:
        super().__init__(till)
        self._line_id = line_id

    @property
    def line(self) -> Line | None:
        """The line as it is now."""
        sale = self.till.view.transaction
        return next((line for line in sale.lines if line.line_id == self._line_id), None) if sale else None

    def _offered(self) -> list[tuple[int, GridButton]]:
        return [
            (place, button)
            for place, button in enumerate(self.till.view.buttons)
            if any(entry.kind == "line" for entry in button.entries)
        ]

    def drawn(self, speech: Speech) -> DialogDrawn:
        line = self.line
        buttons = tuple(
            ChoiceDrawn(
                speech(button.face.label),
                "plain" if button.face.enabled else "dimmed",
                button.face.enabled,
                "" if button.face.enabled else speech(button.face.detail),
            )
            for _place, button in self._offered()
        )
        return DialogDrawn(
            line.item.description if line else "",
            speech(_("Removed")) if line is not None and line.voided else "",
            self._rows(line, speech) if line else (),
            (),
            (ChoiceDrawn(speech(_("Close")), "action"), *buttons),
            self.notices.drawn(speech),
        )

    def _rows(self, line: Line, speech: Speech) -> tuple[tuple[str, str], ...]:
        totals = self.till.view.totals
        amounts = next((one for one in totals.lines if one.line_id == line.line_id), None) if totals else None
        currency = self.till.view.record.store.currency
        rows = [
            (_("Item number"), line.item.number),
            (_("Quantity"), f"{speech.number(line.quantity)} {speech.unit(line.item.unit)}"),
            (_("Price"), speech.money(line.unit_price, currency)),
        ]
        if line.item.barcode:
            rows.insert(1, (_("Barcode"), line.item.barcode))
        if amounts is not None:
            if amounts.discount:
                rows.append((_("Discount"), speech.amount(-amounts.discount)))
            rows.append((_("of which tax"), speech.amount(amounts.tax)))
            rows.append((_("Amount"), speech.money(amounts.net, currency)))
        if line.comment:
            rows.append((_("Comment"), line.comment))
        return tuple((speech(label), value) for label, value in rows)

    def choose(self, place: int) -> None:
        self.close()
        if place > 0:
            self.till.desk.selection.line_id = self._line_id
            self.till.desk.leave_menu(all_of_them=True)
            self.till.desk.press(self._offered()[place - 1][0])

    def enter(self) -> None:
        self.close()
