"""918 Manage shifts: a window with what can be done with shifts now, and what its buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from kassa.operations import OperationContext, OperationResult
from kassa.text import Moment, Text, literal, texts
from kassa.windows import Action, Row, Window
from kassa_shift.book import book_of
from kassa_shift.opening import open_shift
from kassa_shift.settings import settings_of

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_shift")
NAME, MANAGE_SHIFTS = "manage_shifts", 918


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do; nothing: show the window."""

    action: Literal["", "at_log_on", "open"] = ""


def manage(context: OperationContext) -> OperationResult:
    """918: open a shift, or show what there is."""
    match context.parameters.action:
        case "at_log_on":
            return _at_log_on(context)
        case "open":
            open_shift(context)
            return OperationResult(_("A shift is open."), window=None)
        case _:
            book_of(context.register).follow()
            return OperationResult(window=manage_shifts(context.register))


def _at_log_on(context: OperationContext) -> OperationResult:
    book = book_of(context.register).follow()
    if book.shift is None and settings_of(context.record).at_log_on == "open":
        open_shift(context)
    return OperationResult()


def manage_shifts(register: RegisterFace) -> Window:
    """The window as it is now."""
    book = book_of(register)
    shift = book.shift
    if shift is None:
        rows: tuple[Row, ...] = (Row(_("Shift"), _("none open")),)
        actions: tuple[Action, ...] = (Action(_("New shift"), MANAGE_SHIFTS, {"action": "open"}, primary=True),)
    else:
        opened = Moment(shift.opened_at, "date")
        by: Text = _("{time} by {staff}", time=opened, staff=literal(shift.opened_by))
        rows = (Row(_("Shift"), _("open since {opened}", opened=by)),)
        actions = (Action(_("X report"), 1056), Action(_("Close with Z"), 1055))
    return Window(NAME, _("Manage shifts"), None, rows, (Action(_("Close")), *actions))
