"""918 Manage shifts: a window with what can be done with shifts now, and what its buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from kassa.errors import NOTHING_LOST, NotAvailable, NotFound
from kassa.operations import OperationContext, OperationResult
from kassa.register.face import Event
from kassa.shift_report import SHIFT, ShiftEvent
from kassa.text import Text, texts
from kassa_shift.book import book_of
from kassa_shift.opening import no_shift, open_shift
from kassa_shift.settings import settings_of
from kassa_shift.window import choose_shift, manage_shifts

if TYPE_CHECKING:
    from kassa.shift_report import ShiftAction

_, n_ = texts("kassa_shift")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do, and with which shift; nothing: show the window."""

    action: Literal["", "at_log_on", "open", "resume"] = ""
    shift_id: str = ""


def manage(context: OperationContext) -> OperationResult:
    """918: open a shift, take up a suspended one, or show what there is.

    :raises NotAvailable: another shift is open on this drawer.
    :raises NotFound: that shift is not suspended here.
    """
    match context.parameters.action:
        case "at_log_on":
            return _at_log_on(context)
        case "open":
            _refuse_second(context)
            open_shift(context)
            return OperationResult(_("A new shift is open."))
        case "resume":
            return _resume(context, context.parameters.shift_id)
        case _:
            book_of(context.register).follow()
            return OperationResult(window=manage_shifts(context.register))


def _at_log_on(context: OperationContext) -> OperationResult:
    book = book_of(context.register).follow()
    if book.shift is None:
        if settings_of(context.record).at_log_on == "open":
            try:
                open_shift(context)
            except NotAvailable as error:
                # Nobody waits for this operation: it is said on the sale screen, and nothing is open.
                context.register.publish(Event("plugin", error.what))
                raise
        else:
            context.register.publish(Event("window", detail=choose_shift(context.register)))
    return OperationResult()


def _refuse_second(context: OperationContext) -> None:
    shift = book_of(context.register).follow().shift
    if shift is not None:
        raise NotAvailable(
            _("A shift is open on this drawer already."),
            kept=NOTHING_LOST,
            hint=_("Go on with it; or suspend or close it first."),
        )


def _resume(context: OperationContext, shift_id: str) -> OperationResult:
    _refuse_second(context)
    left = book_of(context.register).away.get(shift_id)
    if left is None or left.action != "suspend":
        raise NotFound(
            _("That shift is not suspended here any more."),
            kept=NOTHING_LOST,
            hint=_("Look at Manage shifts again."),
        )
    context.journal(SHIFT, msgspec.structs.replace(left, action="resume"))
    book_of(context.register).follow()
    return OperationResult(_("The shift goes on."))


def suspend(context: OperationContext) -> OperationResult:
    """1054: put the shift aside, to be taken up later; the drawer is free for another. Logs off."""
    return _leave(context, "suspend", _("The shift is suspended."))


def blind_close(context: OperationContext) -> OperationResult:
    """1053: nothing more goes into this shift; it is counted and closed with its Z later. Logs off."""
    return _leave(context, "blind_close", _("The shift is blind closed. Count it and close it under Manage shifts."))


def _leave(context: OperationContext, action: ShiftAction, said: Text) -> OperationResult:
    book = book_of(context.register).follow()
    shift = book.shift
    if shift is None:
        raise no_shift(context.register)
    left = ShiftEvent(action, shift.shift_id, shift.drawer, shift.opened_at, shift.opened_by, book.figures())
    context.journal(SHIFT, left)
    book.follow()
    book.keep_mark()
    context.log_off()
    return OperationResult(said)
