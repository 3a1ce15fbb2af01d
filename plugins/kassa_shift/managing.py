"""918 Manage shifts: a window with what can be done with shifts now, and what its buttons do."""

from __future__ import annotations

from typing import Literal

import msgspec

from kassa.errors import NOTHING_LOST, NotAvailable
from kassa.operations import OperationContext, OperationResult
from kassa.register.face import Event
from kassa.shift_report import SHIFT, ShiftAction, ShiftEvent
from kassa.text import Text, texts
from kassa_shift.book import book_of
from kassa_shift.elsewhere import look_elsewhere, not_aside, take_over
from kassa_shift.opening import drawer_of, no_shift, open_shift
from kassa_shift.settings import settings_of
from kassa_shift.window import choose_shift, manage_shifts

_, n_ = texts("kassa_shift")


_STATUS: dict[ShiftAction, str] = {"suspend": "suspended", "blind_close": "blind_closed"}


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do, and with which shift; nothing: show the window. ``take``: another register's blind closed shift is
    counted and closed here."""

    action: Literal["", "at_log_on", "open", "resume", "take"] = ""
    shift_id: str = ""


def manage(context: OperationContext) -> OperationResult:
    """918: open a shift, take up a suspended one, or show what there is.

    :raises NotAvailable: another shift is open on this drawer.
    :raises NotFound: that shift is not put aside, or another register has taken it over.
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
        case "take":
            return _take(context, context.parameters.shift_id)
        case _:
            look_elsewhere(context)
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
            look_elsewhere(context)
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
    _check_aside(context, shift_id, "suspend")
    drawer = drawer_of(context)
    left = take_over(context, shift_id, drawer)
    context.journal(SHIFT, msgspec.structs.replace(left, action="resume", drawer=drawer))
    book_of(context.register).follow()
    return OperationResult(_("The shift goes on."))


def _take(context: OperationContext, shift_id: str) -> OperationResult:
    _check_aside(context, shift_id, "blind_close")
    left = take_over(context, shift_id)
    context.journal(SHIFT, left)
    look_elsewhere(context)
    said = _("The shift is this register's now: count it and close it here.")
    return OperationResult(said, window=manage_shifts(context.register))


def _check_aside(context: OperationContext, shift_id: str, action: ShiftAction) -> None:
    """That a shift was put aside so, as far as this register knows.

    :raises NotFound: it was not.
    """
    book, status = book_of(context.register).follow(), _STATUS[action]
    own = book.away.get(shift_id)
    there = {one.shift_id for one in book.elsewhere or () if one.status == status}
    if (own is None or own.action != action) and shift_id not in there:
        raise not_aside()


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
    left = ShiftEvent(
        action, shift.shift_id, shift.drawer, shift.opened_at, shift.opened_by, book.figures(),
        opened_by_name=shift.opened_by_name,
    )  # fmt: skip
    context.journal(SHIFT, left)
    book.follow()
    book.keep_mark()
    context.log_off()
    return OperationResult(said)
