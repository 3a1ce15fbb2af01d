"""Making the view: everything the screen draws, from what is in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kassa.model import LayoutButton, Transaction
from kassa.operations import ButtonFace, Operation, Place
from kassa.register.face import GridButton, RegisterView
from kassa.sale.totals import Totals, compute
from kassa.text import Text, literal, texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")


class Viewer:
    """Takes views of a register; keeps the last totals, as a sale is drawn more often than it changes."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._totals: tuple[Transaction, Totals] | None = None

    def totals(self, transaction: Transaction | None) -> Totals | None:
        """What the sale in progress amounts to."""
        if transaction is None:
            return None
        kept = self._totals
        if kept is None or kept[0] is not transaction:
            kept = self._totals = (transaction, compute(transaction))
        return kept[1]

    def view(self) -> RegisterView:
        """The view now. Waits for no database and no network."""
        register = self._register
        sale = register.journal.sale
        bare = RegisterView(
            record=register.record,
            place=register.session.place,
            staff=register.staff,
            locked=register.locked,
            transaction=sale,
            totals=self.totals(sale),
            connection=register.connection.state(),
            waiting=register.waiting(),
            sync=register.sync_status(),
            status_items=(),
            buttons=(),
            problems=self._problems(),
            now=register.environment.clock.utc(),
            language=register.language,
            question=register.questions.open,
            busy=register.lanes.sale.busy,
            has_offline_data=register.offline_database.available,
            training=register.training,
        )
        with_items = replace(bare, status_items=tuple(register.hooks.status_items(bare, register)))
        return replace(with_items, buttons=tuple(self._buttons(with_items)))

    def _problems(self) -> tuple[Text, ...]:
        register = self._register
        found = [problem.what for problem in register.plugins.problems]
        found += [note for note in register.notices() if note not in found]
        return tuple(found)

    def _buttons(self, view: RegisterView) -> list[GridButton]:
        return [self._button(layout, view) for layout in view.record.buttons]

    def _button(self, layout: LayoutButton, view: RegisterView) -> GridButton:
        if layout.buttons:
            menu = tuple(self._button(one, view) for one in layout.buttons)
            count = n_("{count} button", "{count} buttons", count=len(menu))
            face = ButtonFace(literal(layout.label) if layout.label else _("Menu"), count)
            return GridButton(layout.operation, {}, face, menu=menu)
        pipeline = self._register.pipeline
        found = self._register.operations.get(layout.operation)
        if found is None:
            face = ButtonFace(literal(layout.label or str(layout.operation)), _("Not on this register"), enabled=False)
            return GridButton(layout.operation, layout.parameters, face)
        operation, plugin = found
        manager = pipeline.needs_manager(operation)
        face = self._face(operation, plugin, view)
        if layout.label:
            face = replace(face, label=literal(layout.label))
        reason = pipeline.unavailable(operation, plugin) or _misplaced(operation, view)
        if reason is not None:
            face = ButtonFace(face.label, reason, enabled=False)
        elif manager and face.detail is None:
            face = replace(face, detail=_("Manager needed"))
        return GridButton(layout.operation, layout.parameters, face, manager, operation.entries)

    def _face(self, operation: Operation, plugin: str, view: RegisterView) -> ButtonFace:
        if operation.button is not None:
            try:
                face: object = operation.button(view)
                if isinstance(face, ButtonFace):
                    return face
                raise TypeError(f"answered {type(face).__name__}")
            except (Exception, SystemExit) as error:
                self._register.plugins.failed(plugin, f"button of operation {operation.id}", error)
        return ButtonFace(operation.name)


def _misplaced(operation: Operation, view: RegisterView) -> Text | None:
    """Why an operation cannot run at this place of the till; None: it can. Before log on there is no grid."""
    if view.place in operation.places or view.place is Place.LOGGED_OFF:
        return None
    return _("Needs a sale") if view.place is Place.WELCOME else _("A sale is in progress")
