"""Opening a shift, and finding the one that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.errors import NOTHING_LOST, NotAvailable
from kassa.text import Moment, Text, literal, texts
from kassa_shift.book import OpenShift, ShiftBook, book_of
from kassa_shift.events import SHIFT, ShiftEvent
from kassa_shift.settings import settings_of

if TYPE_CHECKING:
    from kassa.operations import OperationContext
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_shift")


def open_shift(context: OperationContext) -> OpenShift:
    """Open a shift on this register; the one that is open, if one is."""
    book = book_of(context.register).follow()
    if book.shift is None:
        drawer = settings_of(context.record).drawer or context.record.register_id
        opened = ShiftEvent("open", context.new_id(), drawer, context.now(), context.staff.staff_id)
        context.journal(SHIFT, opened)
        book.follow()
    assert book.shift is not None
    return book.shift


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
