"""Log on, and unlocking a till that somebody has locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kassa.connection import Reason
from kassa.model import Staff
from kassa.operations import OperationResult
from kassa.register.face import RegisterView
from kassa.text import Text, texts
from kassa_ui.presenters.dialogs import FieldDrawn
from kassa_ui.presenters.entry import EntryBuffer
from kassa_ui.presenters.notices import NoticeDrawn, Notices, notice_of
from kassa_ui.presenters.recent_staff import Recent
from kassa_ui.presenters.speech import Speech
from kassa_ui.presenters.work import Job

if TYPE_CHECKING:
    from kassa_ui.presenters.till import Till

_, n_ = texts("kassa_ui")

LOG_ON = 700
CONNECTION_STATUS = 917
KEY = "log on"


@dataclass(frozen=True)
class LogOnDrawn:
    """The log on screen in words. ``offline`` says that the store server is away and what that means; else empty.

    ``tiles``: who has logged on here lately, to choose from in place of the fields; ``work_offline``: the words of the
    button that logs on without trying the store server first, where that may be done.
    """

    title: str
    store: str
    register: str
    fields: tuple[FieldDrawn, ...]
    button: str
    working: bool
    offline: str
    notice: NoticeDrawn | None
    quiet: str
    problems: tuple[str, ...]
    tiles: tuple[str, ...] = ()
    another: str = ""
    work_offline: str = ""


class LogOn:
    """Staff id and PIN. On a locked till the staff id is that of who locked it, unless a manager types another."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self.staff_id = EntryBuffer(longest=20)
        self.pin = EntryBuffer(secret=True, longest=40)
        self.notices = Notices()
        self._on_pin: bool | None = None
        self.recent: tuple[Recent, ...] = ()
        self._chosen: Recent | None = None
        self._typing = False

    @property
    def choosing(self) -> bool:
        """Whether tiles stand in the fields' place."""
        nothing = not (self._chosen or self._typing or self.staff_id.text or self.pin.text)
        return bool(self.recent) and nothing and not self._till.view.locked

    def choose(self, place: int) -> None:
        """A tile was pressed; after the last of them: somebody else, who types the staff id."""
        self._typing = place >= len(self.recent)
        self._chosen = None if self._typing else self.recent[place]
        self._on_pin = not self._typing

    def work_offline(self) -> None:
        """Disconnect by hand: logging on asks this register's own data, and does not try the store server first."""
        if may_work_offline(self._till.view):
            job = Job(CONNECTION_STATUS, {"action": "disconnect"}, "work offline", self._till.tell, self._failed)
            self._till.work.start(job)

    @property
    def entry(self) -> EntryBuffer:
        """What the keys go to: at first the staff id, on a locked till the PIN."""
        on_pin = self._till.view.locked if self._on_pin is None else self._on_pin
        return self.pin if on_pin else self.staff_id

    def tap_field(self, place: int) -> None:
        """A field was tapped: 0 the staff id, 1 the PIN. The name of who was chosen leads back to the tiles."""
        if place == 0 and self._chosen is not None:
            self._start_over()
        else:
            self._on_pin = place == 1

    def enter(self) -> None:
        """Go on: from the staff id to the PIN, from the PIN to the register."""
        view = self._till.view
        own = view.staff.staff_id if view.locked and view.staff else ""
        own = self._chosen.staff_id if self._chosen is not None else own
        staff_id = self.staff_id.text.strip() or own
        if not staff_id or not self.pin.text:
            self._on_pin = bool(staff_id)
            return
        if self._till.work.working(KEY):
            return
        self.notices.clear()
        parameters = {"staff_id": staff_id, "pin": self.pin.take()}
        self._till.work.start(Job(LOG_ON, parameters, KEY, self._done, self._failed))

    def escape(self) -> None:
        """Start over."""
        if not self.notices.dismiss():
            self._start_over()

    def _start_over(self) -> None:
        self.staff_id.take()
        self.pin.take()
        self._on_pin, self._chosen, self._typing = None, None, False

    def _done(self, result: OperationResult) -> None:
        self._start_over()
        if isinstance(result.data, Staff):
            self._till.logged_on(result.data)
        self._till.tell(result)

    def _failed(self, error: BaseException) -> None:
        self._till.sound("error")
        self._till.last_notice = notice_of(error)
        self.notices.clear()
        self.notices.add(self._till.last_notice)

    def drawn(self, speech: Speech) -> LogOnDrawn:
        """The screen in words."""
        view = self._till.view
        locked = view.locked and view.staff is not None
        on_pin = self.entry is self.pin
        name = view.staff.name if locked and view.staff else self._chosen.name if self._chosen else ""
        return LogOnDrawn(
            title=speech(_("Locked by {name}", name=name) if locked else _("Log on")),
            store=view.record.store.name,
            register=view.record.name,
            fields=(
                FieldDrawn(speech(_("Staff id")), self.staff_id.shown or name, not on_pin),
                FieldDrawn(speech(_("PIN")), self.pin.shown, on_pin),
            ),
            button=speech(_("Unlock") if locked else _("Log on")),
            working=self._till.work.working(KEY),
            offline=speech(offline_words(view)),
            notice=self.notices.drawn(speech),
            quiet=speech(self.notices.quiet),
            problems=tuple(speech(problem) for problem in view.problems),
            tiles=tuple(one.name for one in self.recent) if self.choosing else (),
            another=speech(_("Somebody else")) if self.choosing else "",
            work_offline=speech(_("Work offline")) if may_work_offline(view) else "",
        )


def may_work_offline(view: RegisterView) -> bool:
    """Whether logging on without the store server is a choice: it is away, the offline profile allows it before log on,
    and there is an offline database."""
    state = view.connection
    away = not state.online and state.can_switch and state.reason is not Reason.MANUAL
    return away and view.record.profile.allow_offline_before_log_on and view.has_offline_data


def offline_words(view: RegisterView) -> Text | None:
    """What the cashier should know before log on when the store server is away."""
    state = view.connection
    if state.online:
        return None
    if not state.can_switch:
        return _("The store server does not answer, and this register works only with it. Call support.")
    if not view.record.profile.allow_offline_before_log_on:
        return _("The store server does not answer. Logging on needs it: try again in a while.")
    if not view.has_offline_data and state.reason is Reason.MANUAL:
        return _("Disconnected by hand, and there is no offline database to work with: press Connect.")
    if not view.has_offline_data and state.reason is not Reason.STARTING:
        return _("The store server does not answer, and there is no offline database to work with yet.")
    if state.reason is Reason.MANUAL:
        return _("Disconnected by hand: you work offline. Sales are kept here, and sent after Connect.")
    if state.reason is Reason.STARTING:
        return _("Not connected to the store server yet. Logging on connects; without it you work offline.")
    return _("The store server does not answer. You can log on and work offline: sales are kept here and sent later.")
