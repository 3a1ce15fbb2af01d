"""The windows of shifts: what is open, what is suspended, what can be done (918)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kassa.operations import Entry
from kassa.shift_report_words import MOVEMENTS, person
from kassa.text import Moment, Text, literal, texts
from kassa.windows import Action, Row, Window
from kassa_shift.book import ShiftBook, book_of

if TYPE_CHECKING:
    from datetime import datetime

    from kassa.register.face import RegisterFace
    from kassa.requests.shifts import ShiftElsewhere

_, n_ = texts("kassa_shift")
NAME, AT_LOG_ON, MANAGE_SHIFTS = "manage_shifts", "shift_at_log_on", 918


def manage_shifts(register: RegisterFace) -> Window:
    """What there is, and what can be done now."""
    book = book_of(register)
    actions = (Action(_("Close")), *(_with_open() if book.shift is not None else _without_open(book)))
    return Window(NAME, _("Manage shifts"), None, tuple(_rows(book)), (*actions, *_blind_closed(book)))


def choose_shift(register: RegisterFace) -> Window:
    """Asked at log on: a new shift, a suspended one, or none."""
    book = book_of(register)
    none = Action(_("No drawer"), reason=_("no sales in cash"))
    subtitle = _("No shift is open on this register.")
    return Window(AT_LOG_ON, _("Open a shift"), subtitle, tuple(_rows(book)), (none, *_without_open(book)))


def _rows(book: ShiftBook) -> Iterator[Row]:
    shift = book.shift
    if shift is None:
        yield Row(_("On this register"), _("none open"))
    else:
        opened = _opened(shift.opened_at, person(shift.opened_by, shift.opened_by_name))
        yield Row(_("On this register"), _("open since {opened}", opened=opened))
    for left in book.away.values():
        opened = _opened(left.opened_at, person(left.opened_by, left.opened_by_name))
        name = _("Suspended") if left.action == "suspend" else _("Blind closed")
        yield Row(name, _("opened {opened}", opened=opened))
    yield from _elsewhere(book)
    if book.last_z is not None:
        number, at = book.last_z
        yield Row(_("Last Z"), _("{number} · {time}", number=literal(str(number)), time=Moment(at, "date")))


def _elsewhere(book: ShiftBook) -> Iterator[Row]:
    if book.elsewhere is None:
        yield Row(_("At other registers"), _("not known: the store server is not connected"))
    for one in book.elsewhere or ():
        name = _("Suspended") if one.status == "suspended" else _("Blind closed")
        yield Row(name, _there(one))


def _there(one: ShiftElsewhere) -> Text:
    opened = _opened(one.opened_at, literal(one.opened_by))
    return _("register {register}, opened {opened}", register=literal(one.register_id), opened=opened)


def _opened(at: datetime, by: Text) -> Text:
    return _("{time} by {staff}", time=Moment(at, "date"), staff=by)


def _with_open() -> Iterator[Action]:
    amount = Entry("amount", "amount", _("Amount"))
    yield Action(MOVEMENTS["start_amount"], 1200, entry=amount)
    yield Action(MOVEMENTS["float_entry"], 1201, entry=amount)
    yield Action(MOVEMENTS["tender_removal"], 1210, entry=amount)
    yield Action(MOVEMENTS["safe_drop"], 1211, entry=amount)
    yield Action(MOVEMENTS["bank_drop"], 1212, entry=amount)
    yield Action(_("Count"), 1052)
    yield Action(_("X report"), 1056)
    yield Action(_("Suspend"), 1054)
    yield Action(_("Blind close"), 1053)
    yield Action(_("Close with Z"), 1055)
    yield Action(_("Last Z again"), 1057)


def _without_open(book: ShiftBook) -> Iterator[Action]:
    for left in book.away.values():
        if left.action == "suspend":
            opened = Moment(left.opened_at, "date")
            resume = {"action": "resume", "shift_id": left.shift_id}
            yield Action(_("Resume"), MANAGE_SHIFTS, resume, reason=_("opened {opened}", opened=opened))
    for one in book.elsewhere or ():
        if one.status == "suspended":
            resume = {"action": "resume", "shift_id": one.shift_id}
            yield Action(_("Resume"), MANAGE_SHIFTS, resume, reason=_there(one))
    yield Action(_("New shift"), MANAGE_SHIFTS, {"action": "open"}, primary=True)


def _blind_closed(book: ShiftBook) -> Iterator[Action]:
    for left in book.away.values():
        if left.action == "blind_close":
            opened = _("opened {opened}", opened=Moment(left.opened_at, "date"))
            yield Action(_("Count"), 1052, {"shift_id": left.shift_id}, reason=opened)
            yield Action(_("Close with Z"), 1055, {"shift_id": left.shift_id}, reason=opened)
    for one in book.elsewhere or ():
        if one.status == "blind_closed":
            yield Action(
                _("Close here"), MANAGE_SHIFTS, {"action": "take", "shift_id": one.shift_id}, reason=_there(one)
            )
