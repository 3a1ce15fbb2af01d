"""Shifts that may go on at another register: seen and taken over while the store server is connected.

A register's own shifts that it has put aside are its own without the store server too; with it, it asks first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from kassa.errors import (
    NOTHING_LOST,
    NoAnswer,
    NotAvailable,
    NotFound,
    NotServed,
    OfflineDatabaseUnavailable,
    UnknownOutcome,
)
from kassa.requests.shifts import ListShifts, ShiftsElsewhere, TakenShift, TakeShift
from kassa.shift_report import SHIFT, ShiftEvent
from kassa.text import literal, texts
from kassa_shift.book import book_of

if TYPE_CHECKING:
    from kassa.operations import OperationContext

_, n_ = texts("kassa_shift")
NO_WORD = (NotServed, NotAvailable, NoAnswer, UnknownOutcome, OfflineDatabaseUnavailable)
"""The store server has not said yes, and has not said no."""


def look_elsewhere(context: OperationContext) -> None:
    """Ask for other registers' shifts; note which of this one's have gone on there."""
    book = book_of(context.register).follow()
    book.elsewhere = None
    if not context.register.connection.state().online:
        return
    try:
        told: ShiftsElsewhere = context.send(ListShifts(tuple(book.away)))
    except NO_WORD:
        return
    for shift_id in told.gone:
        context.journal(SHIFT, replace(book.away[shift_id], action="hand_over", carried=None))
    book.follow()
    book.keep_mark()
    book.elsewhere = told.shifts


def take_over(context: OperationContext, shift_id: str, drawer: str = "") -> ShiftEvent:
    """A shift that was put aside, here or at another register, as it was left. Nobody else gets it afterwards.

    :param drawer: to go on with it there; empty: to close it.
    :raises NotFound: another register has taken it over, or there is none.
    :raises NotAvailable: it is another register's and the store server is away; or the drawer is in use.
    """
    own = book_of(context.register).follow().away.get(shift_id)
    if not context.register.connection.state().online:
        return _known(own)
    try:
        taken = context.send(TakeShift(command_id=context.new_id(), shift_id=shift_id, drawer=drawer))
    except NotFound:
        look_elsewhere(context)
        raise
    except NO_WORD:
        if own is None:
            raise
        return own
    _check_free(taken, drawer)
    return _known(own or taken.left)


def _known(left: ShiftEvent | None) -> ShiftEvent:
    if left is None:
        raise NotAvailable(
            _("That shift is not this register's, and the store server is not connected."),
            kept=NOTHING_LOST,
            hint=_("Open a new shift here, or take it over when the store server is connected."),
        )
    return left


def not_aside() -> NotFound:
    """The error to raise for a shift that is not put aside here, as far as this register knows."""
    return NotFound(
        _("That shift is not put aside any more."),
        kept=NOTHING_LOST,
        hint=_("Look at Manage shifts again."),
    )


def _check_free(taken: TakenShift, drawer: str) -> None:
    if taken.holder is not None:
        raise drawer_in_use(drawer, taken.holder)


def drawer_in_use(drawer: str, register_id: str) -> NotAvailable:
    """The error to raise where another register has a shift open on a drawer."""
    return NotAvailable(
        _("Register {register} has a shift open on drawer {drawer}.", register=literal(register_id),
          drawer=literal(drawer)),
        kept=NOTHING_LOST,
        hint=_("Suspend or close it there first."),
    )  # fmt: skip
