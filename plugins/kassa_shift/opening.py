"""Opening a shift, and finding the one that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from kassa.errors import NOTHING_LOST, NotAvailable
from kassa.requests.shifts import ClaimDrawer, FindLastZ, LastZ
from kassa.runtime.request import Query
from kassa.shift_report import SHIFT, ShiftEvent
from kassa.text import Moment, Text, literal, texts
from kassa_shift.book import OpenShift, ShiftBook, book_of
from kassa_shift.elsewhere import NO_WORD, drawer_in_use
from kassa_shift.settings import settings_of

if TYPE_CHECKING:
    from kassa.operations import OperationContext
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_shift")
Answer = TypeVar("Answer")


def open_shift(context: OperationContext) -> OpenShift:
    """Open a shift on this register; the one that is open, if one is.

    :raises NotAvailable: another register has a shift open on the same drawer.
    """
    book = book_of(context.register).follow()
    if book.shift is None:
        shared = settings_of(context.record).drawer
        staff = context.staff
        opened = ShiftEvent(
            "open", context.new_id(), drawer_of(context), context.now(), staff.staff_id, opened_by_name=staff.name
        )
        if shared:
            claim_drawer(context, opened)
        context.journal(SHIFT, _going_on(context, book, opened))
        book.follow()
    assert book.shift is not None
    return book.shift


def drawer_of(context: OperationContext) -> str:
    """The drawer's name: the one that registers share, or the register's own."""
    return settings_of(context.record).drawer or context.record.register_id


def claim_drawer(context: OperationContext, opened: ShiftEvent) -> None:
    """Take a drawer that several registers share: no other has a shift open on it. Without the store server nobody can
    say; then headquarters sees two shifts whose counts do not fit.

    :raises NotAvailable: one has.
    """
    if not context.register.connection.state().online:
        return
    claim = ClaimDrawer(
        command_id=context.new_id(), drawer=opened.drawer, shift_id=opened.shift_id, opened_at=opened.opened_at
    )
    try:
        holder = context.send(claim).register_id
    except NO_WORD:
        return
    if holder is not None:
        raise drawer_in_use(opened.drawer, holder)


def _going_on(context: OperationContext, book: ShiftBook, opened: ShiftEvent) -> ShiftEvent:
    """A device that has never made a Z goes on from the last that this register made on another device."""
    if book.last_z is not None or book.shift_before:
        return opened
    last = _asked(context, FindLastZ(), LastZ())
    return replace(opened, z_number=last.number, grand_totals=last.grand_totals) if last.number else opened


def _asked(context: OperationContext, query: Query[Answer], otherwise: Answer) -> Answer:
    """What the store server says; ``otherwise`` while it is away: a shift never waits for it."""
    if not context.register.connection.state().online:
        return otherwise
    try:
        return context.send(query)
    except NO_WORD:
        return otherwise


def needed_shift(context: OperationContext) -> tuple[ShiftBook, OpenShift]:
    """The open shift. Where shifts open by themselves, one that is missing is opened: what was sold since the last
    belongs to it.

    :raises NotAvailable: none is open.
    """
    book = book_of(context.register).follow()
    if book.shift is not None:
        return book, book.shift
    if settings_of(context.record).at_log_on == "open" and book.has_loose_sales:
        return book, open_shift(context)
    raise no_shift(context.register)


def no_shift(register: RegisterFace) -> NotAvailable:
    """The error to raise without an open shift: it names the last Z, which may just have been made."""
    last = book_of(register).last_z
    hint = _("Log off and on again to open one, or use Manage shifts.")
    if last is None:
        return NotAvailable(_("No shift is open on this register."), kept=NOTHING_LOST, hint=hint)
    number, at = literal(str(last[0])), Moment(last[1], "date")
    return NotAvailable(
        _("No shift is open on this register. The last was closed {time}, with Z {number}.", time=at, number=number),
        kept=NOTHING_LOST,
        hint=hint,
    )


def drawer_words(shift: OpenShift) -> Text:
    """A shift in a few words."""
    return _("Drawer {drawer}, opened by {staff}", drawer=literal(shift.drawer), staff=literal(shift.opened_by))
