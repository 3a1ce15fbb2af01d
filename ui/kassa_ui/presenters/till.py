"""The whole screen's presenter: which screen is up, what the keys go to, what is open on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import msgspec

from kassa.environment import Clock
from kassa.model import Staff
from kassa.operations import Finished, OperationResult, Place
from kassa.register.face import Event, RegisterFace, RegisterView
from kassa.windows import Window
from kassa_ui.presenters.desk import GRID, TENDER, Desk
from kassa_ui.presenters.dialogs import Dialog, QuestionDialog, WindowDialog
from kassa_ui.presenters.entry import TIMES, EntryBuffer
from kassa_ui.presenters.line_detail import LineDialog
from kassa_ui.presenters.log_on import LogOn
from kassa_ui.presenters.notices import Notice, notice_of
from kassa_ui.presenters.offered import leave_till, void_payment
from kassa_ui.presenters.recent_staff import Recent, keep_recent, read_recent, with_latest
from kassa_ui.presenters.scanner import ScanDetector
from kassa_ui.presenters.settings import ScreenSettings, SettingsDialog, keep_settings, read_settings
from kassa_ui.presenters.support import SupportDialog
from kassa_ui.presenters.work import Job, Work

Found = TypeVar("Found")


class Threads(Protocol):
    """The way between the screen's thread and others."""

    def post(self, call: Callable[[], None]) -> None:
        """Run ``call`` on the screen's thread, soon; from any thread."""

    def fetch(self, ask: Callable[[], Found], told: Callable[[Found], None]) -> None:
        """Run ``ask`` off the screen's thread and ``told`` with its answer on it."""


USE_TOLD_S = 5.0
"""How often the register is told that somebody is at the screen, at most."""


class Till:
    """One register's screen. All methods but :meth:`heard` are the screen's thread's.

    :param changed: called when something is to be drawn anew; it may be called often.
    :param language: until another is chosen, instead of the one that the register keeps; so is ``theme``.
    :param styled: told of the screen's settings, whenever they are other ones.
    :param sound: plays ``scan`` or ``error``.
    """

    def __init__(
        self,
        register: RegisterFace,
        threads: Threads,
        clock: Clock,
        changed: Callable[[], None],
        *,
        language: str | None = None,
        theme: str | None = None,
        styled: Callable[[ScreenSettings], None] = lambda settings: None,
        sound: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.register = register
        self.clock = clock
        over = {name: value for name, value in (("language", language), ("theme", theme)) if value is not None}
        self.settings = msgspec.structs.replace(ScreenSettings(), **over)
        self._styled = styled
        self.sound = sound
        self.last_notice: Notice | None = None
        self.view = self._look()
        self._used_at = clock.monotonic()
        self.work = Work(register, self._post)
        self.desk = Desk(self)
        self.log_on = LogOn(self)
        self._threads = threads
        self._changed = changed
        self._dialogs: list[Dialog] = []
        self._scanner = ScanDetector()
        self._stop = register.subscribe(self.heard)
        self.refresh()
        threads.fetch(lambda: (read_settings(register, over), read_recent(register)), self._kept_read)

    def _kept_read(self, kept: tuple[ScreenSettings, tuple[Recent, ...]]) -> None:
        self.settings, self.log_on.recent = kept
        self._styled(self.settings)
        self.refresh()

    # What this register keeps

    def change_settings(self, **changes: Any) -> None:
        """Other settings of the screen: in force at once, and kept."""
        settings = self.settings = msgspec.structs.replace(self.settings, **changes)
        self._threads.fetch(lambda: keep_settings(self.register, settings), lambda kept: None)
        self._styled(settings)
        self.refresh()

    def logged_on(self, staff: Staff) -> None:
        """Somebody has logged on here: a tile for the next time."""
        recent = self.log_on.recent = with_latest(self.log_on.recent, Recent(staff.staff_id, staff.name))
        self._threads.fetch(lambda: keep_recent(self.register, recent), lambda kept: None)

    # What is up

    @property
    def screen(self) -> str:
        """``log_on`` or ``sale``."""
        view = self.view
        return "log_on" if view.locked or view.staff is None or view.place is Place.LOGGED_OFF else "sale"

    @property
    def dialog(self) -> Dialog | None:
        """The dialog on top."""
        return self._dialogs[-1] if self._dialogs else None

    def open(self, dialog: Dialog) -> None:
        """Put ``dialog`` on top."""
        self._dialogs.append(dialog)
        self._changed()

    def close(self, dialog: Dialog) -> None:
        """Take ``dialog`` away."""
        if dialog in self._dialogs:
            self._dialogs.remove(dialog)
            self._changed()

    def draw(self) -> None:
        """Something has been pressed: draw anew."""
        self._changed()

    def stop(self) -> None:
        """Listen no more."""
        self._stop()

    # What the register says

    def heard(self, event: Event) -> None:
        """The register has something to tell; on any thread."""
        self._post(lambda: self._take_in(event))

    def _take_in(self, event: Event) -> None:
        if isinstance(event.detail, Finished):
            self.desk.show_finished(event.detail)
        if event.text is not None:
            notices = self.log_on.notices if self.screen == "log_on" else self.desk.notices
            notices.say(event.text, self.clock.monotonic())
        self.refresh()
        if isinstance(event.detail, Window) and self.screen == "sale":
            self.open(WindowDialog(self, event.detail))

    def refresh(self) -> None:
        """Look at the register again."""
        was = self.screen
        self.view = self._look()
        self.desk.follow()
        if was == "sale" and self.screen == "log_on":
            self._left()
        self._follow_question()
        self._changed()

    def _look(self) -> RegisterView:
        view = self.register.view()
        language = self.settings.language
        return replace(view, language=language) if language else view

    def _left(self) -> None:
        """Somebody has logged off or locked the till: nothing half typed or half asked is left behind."""
        self._dialogs = [dialog for dialog in self._dialogs if isinstance(dialog, WindowDialog | QuestionDialog)]
        self.desk.entry.take()
        self.desk.open_grid()
        self.desk.notices.clear()

    def _follow_question(self) -> None:
        question = self.view.question
        shown = next((dialog for dialog in self._dialogs if isinstance(dialog, QuestionDialog)), None)
        if shown is not None and shown.question != question:
            self._dialogs.remove(shown)
            shown = None
        if question is not None and shown is None:
            self._dialogs.append(QuestionDialog(self, question))

    def tick(self) -> None:
        """A second has passed: the clock, quiet lines, the open window."""
        now = self.clock.monotonic()
        self.desk.notices.pass_time(now)
        self.log_on.notices.pass_time(now)
        for dialog in self._dialogs:
            if isinstance(dialog, WindowDialog):
                self._ask_again(dialog)
        self.refresh()

    def _ask_again(self, dialog: WindowDialog) -> None:
        def described(window: Window | None) -> None:
            if window is not None and window.name == dialog.window.name:
                dialog.window = window
                self._changed()

        name = dialog.window.name
        self._threads.fetch(lambda: self.register.describe_window(name), described)

    def tell(self, result: OperationResult, *, window: WindowDialog | None = None) -> None:
        """Show what an operation has handed back; ``window`` is the one it was pressed in."""
        if result.message is not None:
            place = window.notices if window else self.log_on.notices if self.screen == "log_on" else self.desk.notices
            place.say(result.message, self.clock.monotonic())
        if result.window is not None and window is None:
            self.open(WindowDialog(self, result.window))
        self._changed()

    def answer(self, choice: str) -> None:
        """Answer the open question."""
        self.register.answer(choice)
        self.refresh()

    def used(self) -> None:
        """Somebody has touched the screen or a key: the till does not lock itself."""
        now = self.clock.monotonic()
        if now - self._used_at >= USE_TOLD_S:
            self._used_at = now
            self.register.publish(Event("activity"))

    def press_pill(self) -> None:
        """The connection's pill was pressed."""
        operation = next((item.operation for item in self.view.status_items if item.kind == "pill"), None)
        notices = self.log_on.notices if self.screen == "log_on" else self.desk.notices
        if operation is not None:
            self.work.start(Job(operation, {}, "pill", self.tell, lambda error: notices.add(notice_of(error))))
            self._changed()

    def press_staff(self) -> None:
        """Who is at the till was pressed: lock it, or log off."""
        self._offer(leave_till(self))

    def press_settings(self) -> None:
        """The settings are wanted, at any screen."""
        if self.dialog is None:
            self.open(SettingsDialog(self))

    def press_support(self) -> None:
        """What to tell support is wanted, at any screen."""
        if self.dialog is None:
            self.open(SupportDialog(self))

    def press_line(self, line_id: str) -> None:
        """A line was tapped: it is selected; the selected one opens."""
        if self.desk.selection.line_id != line_id:
            self.desk.selection.line_id = line_id
        elif self.dialog is None:
            self.open(LineDialog(self, line_id))

    def press_paid(self) -> None:
        """What is paid was pressed: the last payment can be voided."""
        self._offer(void_payment(self))

    def _offer(self, dialog: Dialog | None) -> None:
        if dialog is not None and self.screen == "sale" and self.dialog is None:
            self.open(dialog)

    # Keys

    @property
    def entry(self) -> EntryBuffer | None:
        """What characters go to now."""
        if self.dialog is not None:
            return self.dialog.entry
        return self.log_on.entry if self.screen == "log_on" else self.desk.entry

    def type(self, characters: str, *, keyboard: bool = True) -> None:
        """Characters from keyboard or scanner (``keyboard``), or from the keys on the screen."""
        entry = self.entry
        if characters in ("*", TIMES):
            self._scanner.forget()
        elif keyboard:
            self._scanner.typed(characters, self.clock.monotonic(), entry)
        if entry is not None:
            entry.type(characters)
            self._typed()

    def _typed(self) -> None:
        if self.dialog is None and self.screen == "sale":
            self.desk.typed()
        self._changed()

    def key(self, name: str, *, keyboard: bool = True) -> None:
        """``enter``, ``backspace``, ``escape``, ``up``, ``down``, ``times``."""
        if name == "enter" and keyboard and self._scanned():
            self._changed()
            return
        self._scanner.forget()
        if name == "backspace":
            if self.entry is not None:
                self.entry.erase()
                self._typed()
        elif self.dialog is not None:
            self._key_in_dialog(self.dialog, name)
        elif self.screen == "log_on":
            self._key_at_log_on(name)
        else:
            self._key_at_desk(name)
        self._changed()

    def _key_in_dialog(self, dialog: Dialog, name: str) -> None:
        if name == "enter":
            dialog.enter()
        elif name == "escape":
            dialog.close()

    def _key_at_log_on(self, name: str) -> None:
        if name == "enter":
            self.log_on.enter()
        elif name == "escape":
            self.log_on.escape()
        elif name in ("up", "down"):
            self.log_on.tap_field(name == "down")

    def _key_at_desk(self, name: str) -> None:
        if name == "enter":
            self.desk.enter()
        elif name == "escape":
            self.desk.escape()
        elif name == "times":
            self.desk.times()
        elif name in ("up", "down"):
            self.desk.move(-1 if name == "up" else 1)
        elif name == "right" and self.desk.mode == GRID and self.desk.selection.line_id is not None:
            self.press_line(self.desk.selection.line_id)

    def _scanned(self) -> bool:
        """Whether Enter ended a scan, whatever is open; then it is sold. What was typed decides, and not how fast."""
        dialog = self.dialog
        if self.screen != "sale" or (dialog is not None and dialog.takes_scans):
            return False
        if dialog is None and self.desk.mode != TENDER:
            return self._scanned_at_desk()
        entry = self.entry
        if entry is None:
            code = self._scanner.where_nothing_is_typed()
        else:
            code = self._scanner.at_pin() if entry.secret else self._scanner.among_numbers()
        if code is not None:
            self._scanner.take_back(code)
            self.desk.scan(code)
        elif entry is None and self._scanner.just_typed(self.clock.monotonic()):
            self._scanner.forget()  # A scanner's Enter decides nothing in a window.
        else:
            return False
        return True

    def _scanned_at_desk(self) -> bool:
        if self.desk.search.picked is not None:
            return False
        code = self._scanner.at_desk(self.desk.words)
        if code is not None:
            self._scanner.take_back(code)
            self.desk.take_scan(code)
        return code is not None

    def _post(self, call: Callable[[], None]) -> None:
        def then_look() -> None:
            call()
            self._changed()

        self._threads.post(then_look)
