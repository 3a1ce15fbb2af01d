"""The shift book: which shift a register has open and what it has come to, read from the register's own journal.

Nothing is kept but a *mark*: from where in the journal the book is read again after a restart. It is written when a
shift has left the register, and while one is open for longer than the journal is kept, with what it has come to; it
never runs ahead of the journal: a register that is killed before it is written reads a little more, and comes to the
same.

What was sold while no shift was open belongs to the next one that is opened: every sale is on exactly one Z.
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from kassa.journal import EntryBody, JournalPlace
from kassa.requests.shifts import ShiftElsewhere
from kassa.shift_report import SHIFT, Z_REPORT, GrandTotals, ShiftEvent, ShiftFigures, ShiftReport
from kassa_shift.counting import Counting
from kassa_shift.events import CASH, DECLARATION, CashMovement, TenderDeclaration

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

PLUGIN = "shift"
MARK = "mark"
COPY = "copy"
KINDS = ("sale", "void", "drawer", COPY, SHIFT, CASH, DECLARATION, Z_REPORT)
AT_ONCE = 500
YOUNG = timedelta(days=7)
"""Nothing of a shift that is no older is purged, whatever the retention."""


@dataclass(frozen=True)
class OpenShift:
    """The shift that this register has open."""

    shift_id: str
    drawer: str
    opened_at: datetime
    opened_by: str
    opened_by_name: str = ""


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the book is read from after a restart, and what it said there.

    :param shift: the one that was open; ``counted`` what it had come to, or what was counted while none was open, and
        ``since`` when its first entry was made.
    :param away: shifts that have left this register and are not closed, as they left it.
    :param apart: what was counted here for shifts that are not open here, such as a blind closed one, by shift.
    """

    series: str = ""
    sequence: int = 0
    z_number: int = 0
    z_at: datetime | None = None
    grand_totals: GrandTotals = GrandTotals()
    away: dict[str, ShiftEvent] = {}
    apart: dict[str, ShiftFigures] = {}
    shift: OpenShift | None = None
    counted: ShiftFigures | None = None
    since: datetime | None = None


@dataclass
class _State:
    at: Mark
    shift: OpenShift | None = None
    counting: Counting = field(default_factory=Counting)
    away: dict[str, ShiftEvent] = field(default_factory=dict)
    apart: dict[str, Counting] = field(default_factory=dict)
    shift_before: bool = False
    """A shift was opened here before."""
    loose: bool = False
    """Something was counted while no shift was open."""
    since: datetime | None = None
    """When the first entry was made that is on no Z yet."""


class ShiftBook:
    """One register's shift book. Thread-safe."""

    def __init__(self, register: RegisterFace) -> None:
        # Weakly: the book is kept as long as its register is.
        self._register = weakref.proxy(register)
        self._lock = threading.Lock()
        self._state = self._begin()
        self._kept = self._state.at
        self.elsewhere: tuple[ShiftElsewhere, ...] | None = None
        """Other registers' shifts that may be taken over, as last heard; None: the store server was away."""

    def _begin(self) -> _State:
        kept = self._register.setting(PLUGIN, MARK)
        try:
            mark = Mark() if kept is None else msgspec.json.decode(kept, type=Mark)
        except msgspec.MsgspecError:
            mark = Mark()
        if mark.series and mark.series not in self._register.journal_series():
            mark = replace(mark, series="", sequence=0, shift=None, counted=None, since=None)
        apart = {shift: Counting(figures) for shift, figures in mark.apart.items()}
        state = _State(mark, mark.shift, Counting(mark.counted), dict(mark.away), apart)
        state.loose, state.since = mark.counted is not None and mark.shift is None, mark.since
        return state

    @property
    def shift(self) -> OpenShift | None:
        """The open shift, as last read."""
        return self._state.shift

    @property
    def has_loose_sales(self) -> bool:
        """Whether something was counted while no shift was open."""
        return self._state.loose

    @property
    def shift_before(self) -> bool:
        """Whether a shift was opened on this device before."""
        return self._state.shift_before or bool(self._state.away)

    @property
    def last_z(self) -> tuple[int, datetime] | None:
        """The last Z's number and time; None: none yet."""
        at = self._state.at
        return None if at.z_at is None else (at.z_number, at.z_at)

    @property
    def z_number(self) -> int:
        """The last Z's number; 0: none yet."""
        return self._state.at.z_number

    @property
    def grand_totals(self) -> GrandTotals:
        """As the last Z says."""
        return self._state.at.grand_totals

    def figures(self) -> ShiftFigures:
        """What the open shift has come to, or, without one, what will belong to the next."""
        return self._state.counting.figures()

    @property
    def away(self) -> dict[str, ShiftEvent]:
        """The shifts that have left this register and are not closed, as they left it, oldest first."""
        return dict(self._state.away)

    def figures_away(self, left: ShiftEvent) -> ShiftFigures:
        """What a shift has come to that has left this register, with what was counted since."""
        counting = Counting(left.carried)
        since = self._state.apart.get(left.shift_id)
        if since is not None:
            counting.add(since.figures())
        return counting.figures()

    def follow(self) -> ShiftBook:
        """Read what the journal has got since; itself."""
        with self._lock:
            for series in self._series_left():
                while entries := self._next(series):
                    for entry in entries:
                        self._take(entry)
            shift = self._state.shift
        self._register.shift_is(None if shift is None else shift.shift_id)
        return self

    def _series_left(self) -> tuple[str, ...]:
        series: tuple[str, ...] = self._register.journal_series()
        at = self._state.at.series
        return series[series.index(at) :] if at in series else series

    def _next(self, series: str) -> list[EntryBody]:
        at = self._state.at
        after = at.sequence if at.series == series else 0
        found: list[EntryBody] = self._register.journal_entries(kinds=KINDS, after=after, limit=AT_ONCE, series=series)
        return found

    def _take(self, entry: EntryBody) -> None:
        state = self._state
        match entry.kind:
            case "shift":
                self._take_event(msgspec.json.decode(entry.payload, type=ShiftEvent))
            case "z_report":
                self._take_z(msgspec.json.decode(entry.payload, type=ShiftReport))
            case "cash":
                movement = msgspec.json.decode(entry.payload, type=CashMovement)
                self._counting_of(movement.shift_id).move(movement)
            case "tender_declaration":
                declared = msgspec.json.decode(entry.payload, type=TenderDeclaration)
                self._counting_of(declared.shift_id).declare(declared)
            case _:
                state.counting.take(entry)
                state.loose = state.loose or state.shift is None
                state.since = state.since or entry.at
        state.at = replace(state.at, series=entry.series, sequence=entry.sequence)

    def _counting_of(self, shift_id: str) -> Counting:
        shift = self._state.shift
        if shift is not None and shift.shift_id == shift_id:
            return self._state.counting
        return self._state.apart.setdefault(shift_id, Counting())

    def _take_event(self, event: ShiftEvent) -> None:
        state = self._state
        if event.action in ("open", "resume"):
            state.shift_before, state.since = True, state.since or event.opened_at
            state.shift = OpenShift(
                event.shift_id, event.drawer, event.opened_at, event.opened_by, event.opened_by_name
            )
            if state.at.z_at is None and event.grand_totals is not None:
                state.at = replace(state.at, z_number=event.z_number, grand_totals=event.grand_totals)
            if event.carried is not None:
                state.counting.add(event.carried)
            state.away.pop(event.shift_id, None)
            since = state.apart.pop(event.shift_id, None)
            if since is not None:
                state.counting.add(since.figures())
        elif event.action == "hand_over":
            state.away.pop(event.shift_id, None)
            state.apart.pop(event.shift_id, None)
        else:
            state.away[event.shift_id] = event
            # One that was taken over to be closed here was not open here.
            if state.shift is not None and state.shift.shift_id == event.shift_id:
                self._left()

    def _take_z(self, report: ShiftReport) -> None:
        state = self._state
        state.at = replace(state.at, z_number=report.number or 0, z_at=report.made_at, grand_totals=report.grand_totals)
        if state.shift is not None and state.shift.shift_id == report.shift_id:
            self._left()
        state.away.pop(report.shift_id, None)
        state.apart.pop(report.shift_id, None)

    def _left(self) -> None:
        state = self._state
        state.shift, state.counting, state.loose, state.since = None, Counting(), False, None

    def keep_mark(self) -> None:
        """Remember where the book stands, if nothing before that is needed again."""
        if self._state.shift is None and not self._state.loose:
            self._keep_mark()

    def carry_old(self, now: datetime, days: int) -> None:
        """Remember what an old shift has come to, so that its entries may be purged: a register that never makes a Z
        would fill its disk. Its Z says the same all the same.

        :param days: it is old after so many, and never within a week.
        """
        since, kept = self._state.since, self._kept
        if since is None or now - since < max(timedelta(days=days), YOUNG):
            return
        if (self._state.at.series, self._state.at.sequence) != (kept.series, kept.sequence):
            self._keep_mark()

    def _keep_mark(self) -> None:
        with self._lock:
            state = self._state
            apart = {shift: counting.figures() for shift, counting in state.apart.items()}
            counted = state.counting.figures() if state.shift is not None or state.loose else None
            mark = replace(state.at, away=dict(state.away), apart=apart, shift=state.shift)
            mark = replace(mark, counted=counted, since=state.since)
        self._register.keep_setting(PLUGIN, MARK, msgspec.json.encode(mark).decode())
        self._kept = mark

    @property
    def needed_from(self) -> JournalPlace:
        """The first entry that is read again after a restart."""
        kept = self._kept
        if not kept.series:
            return JournalPlace(self._register.journal_series()[0], 1)
        return JournalPlace(kept.series, kept.sequence + 1)


_books: weakref.WeakKeyDictionary[RegisterFace, ShiftBook] = weakref.WeakKeyDictionary()
_making = threading.Lock()


def book_of(register: RegisterFace) -> ShiftBook:
    """The register's shift book."""
    with _making:
        book = _books.get(register)
        if book is None:
            book = _books[register] = ShiftBook(register)
        return book
