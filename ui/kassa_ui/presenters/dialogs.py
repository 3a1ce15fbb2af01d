"""Dialogs: what needs a decision or something typed before the work goes on. Each takes the keys while it is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kassa.errors import InvalidInput, KassaError
from kassa.operations import Entry, ManagerApproval, OperationResult, Question
from kassa.text import Text, texts
from kassa.windows import Action, Window
from kassa_ui.presenters import asked
from kassa_ui.presenters.entry import EntryBuffer
from kassa_ui.presenters.lines import one_line
from kassa_ui.presenters.notices import NoticeDrawn, Notices, notice_of
from kassa_ui.presenters.speech import Speech
from kassa_ui.presenters.work import Job

if TYPE_CHECKING:
    from kassa_ui.presenters.till import Till

_, n_ = texts("kassa_ui")


@dataclass(frozen=True)
class FieldDrawn:
    """A field to type in: ``active`` has the keys."""

    label: str
    text: str
    active: bool


@dataclass(frozen=True)
class ChoiceDrawn:
    """A button of a dialog."""

    label: str
    tone: str
    enabled: bool = True
    reason: str = ""
    working: bool = False


@dataclass(frozen=True)
class OptionDrawn:
    """Something to choose: its name, each choice with whether it is the one in force, and the word for that."""

    label: str
    choices: tuple[tuple[str, bool], ...]
    chosen: str


@dataclass(frozen=True)
class DialogDrawn:
    """A dialog as drawn. ``pad`` is ``numbers``, ``digits``, ``letters`` or empty; ``window`` is there where it has a
    widget of its plugin's own."""

    title: str
    subtitle: str
    rows: tuple[tuple[str, str], ...]
    fields: tuple[FieldDrawn, ...]
    choices: tuple[ChoiceDrawn, ...]
    notice: NoticeDrawn | None
    pad: str = ""
    options: tuple[OptionDrawn, ...] = ()
    window: Window | None = None


class Dialog:
    """What every dialog can do. Presses count choices from the left."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.notices = Notices()

    takes_scans = False
    """Whether a scan is what is asked for here; else it belongs to the sale."""

    @property
    def entry(self) -> EntryBuffer | None:
        """What the keys go to; None: nothing is typed here."""
        return None

    def drawn(self, speech: Speech) -> DialogDrawn:
        """The dialog in words."""
        raise NotImplementedError

    def choose(self, place: int) -> None:
        """The choice at ``place`` was pressed."""
        raise NotImplementedError

    def enter(self) -> None:
        """Enter was pressed."""

    def tap_field(self, place: int) -> None:
        """A field was tapped."""

    def pick(self, row: int, place: int) -> None:
        """Of the options, the choice at ``place`` of row ``row`` was pressed."""

    def close(self) -> None:
        """Leave the dialog without deciding."""
        self.till.close(self)

    def fail(self, error: BaseException) -> None:
        """Something went wrong: said here, where the action was."""
        self.notices.clear()
        self.notices.add(notice_of(error))


class WindowDialog(Dialog):
    """A plugin's window: rows of facts, and actions that run operations. Asked for again while it is open."""

    def __init__(self, till: Till, window: Window) -> None:
        super().__init__(till)
        self.window = window

    @property
    def _actions(self) -> list[Action]:
        """The window's actions, the primary one last: that is where the hand looks for it."""
        actions = self.window.actions or (Action(_("Close")),)
        return sorted(actions, key=lambda action: action.primary)

    def drawn(self, speech: Speech) -> DialogDrawn:
        choices = tuple(
            ChoiceDrawn(
                speech(action.label),
                "action" if action.primary else "plain",
                action.enabled,
                speech(action.reason),
                self.till.work.working(self._key(place)),
            )
            for place, action in enumerate(self._actions)
        )
        rows = tuple((speech(row.label), speech(row.value)) for row in self.window.rows)
        window = self.window
        return DialogDrawn(
            speech(window.title), speech(window.subtitle), rows, (), choices, self.notices.drawn(speech),
            window=window if window.widget else None,
        )  # fmt: skip

    def _key(self, place: int) -> str:
        return f"window:{self.window.name}:{place}"

    def choose(self, place: int) -> None:
        action = self._actions[place]
        if not action.enabled:
            return
        if action.operation is None:
            self.close()
            return
        self.notices.clear()
        if action.entry is None:
            self._run(action, place, {})
            return
        name = action.entry.parameter
        self.till.open(
            AskDialog(self.till, action.label, action.entry, lambda value: self._run(action, place, {name: value}))
        )

    def _run(self, action: Action, place: int, given: dict[str, Any]) -> None:
        assert action.operation is not None
        job = Job(action.operation, {**action.parameters, **given}, self._key(place), self._done, self._failed)
        self.till.desk.run(job)

    def enter(self) -> None:
        for place, action in enumerate(self._actions):
            if action.primary:
                self.choose(place)
                return
        self.close()

    def _done(self, result: OperationResult) -> None:
        if result.window is not None and result.window.name == self.window.name:
            self.window = result.window
        else:
            self.close()
        self.till.tell(result, window=self if self.till.dialog is self else None)

    def _failed(self, error: BaseException) -> None:
        self.fail(error)


class AskDialog(Dialog):
    """Something to type before an operation can run.

    :param entry: what is asked for.
    :param given: called with what was typed, read as ``entry`` wants it.
    :param line_id: the line that it is about; its name, quantity and present price stand under the title.
    """

    def __init__(
        self, till: Till, title: Text, entry: Entry, given: Callable[[Any], None], *, line_id: str | None = None
    ) -> None:
        super().__init__(till)
        self._line_id = line_id
        self._title = title
        self._asked = entry
        self._given = given
        self._typed = EntryBuffer(secret=entry.kind == "pin")
        self.takes_scans = entry.kind in ("code", "text")

    @property
    def entry(self) -> EntryBuffer:
        return self._typed

    def drawn(self, speech: Speech) -> DialogDrawn:
        numbers = self._asked.kind in ("quantity", "amount", "percent", "count")
        return DialogDrawn(
            speech(self._title),
            one_line(self.till.view, self._line_id, speech),
            (),
            (FieldDrawn(speech(self._asked.prompt), self._typed.shown, active=True),),
            (ChoiceDrawn(speech(_("Cancel")), "plain"), ChoiceDrawn(speech(_("OK")), "action")),
            self.notices.drawn(speech),
            "numbers" if numbers else "digits" if self._asked.kind == "pin" else "letters",
        )

    def choose(self, place: int) -> None:
        if place == 0:
            self.close()
        else:
            self.enter()

    def enter(self) -> None:
        try:
            value = asked.read(self._asked, self._typed.text, self.till.view.record.store.currency)
        except InvalidInput as error:
            self.fail(error)
            return
        self.close()
        self._given(value)


class ApprovalDialog(Dialog):
    """A manager's id and PIN, to let an operation pass that the cashier may not do alone."""

    def __init__(self, till: Till, job: Job, why: KassaError) -> None:
        super().__init__(till)
        self._job = job
        self._why = why
        self._fields = (EntryBuffer(longest=20), EntryBuffer(secret=True, longest=20))
        self._active = 0

    @property
    def entry(self) -> EntryBuffer:
        return self._fields[self._active]

    def drawn(self, speech: Speech) -> DialogDrawn:
        labels = (_("Manager's staff id"), _("PIN"))
        return DialogDrawn(
            speech(_("A manager must approve")),
            speech(self._why.what),
            (),
            tuple(
                FieldDrawn(speech(label), field.shown, place == self._active)
                for place, (label, field) in enumerate(zip(labels, self._fields, strict=True))
            ),
            (
                ChoiceDrawn(speech(_("Cancel")), "plain"),
                ChoiceDrawn(speech(_("Approve")), "action", working=self.till.work.working("approval")),
            ),
            self.notices.drawn(speech),
            "digits",
        )

    def tap_field(self, place: int) -> None:
        self._active = place

    def choose(self, place: int) -> None:
        if place == 0:
            self.close()
        else:
            self.enter()

    def enter(self) -> None:
        staff_id, pin = self._fields
        if not staff_id.text or not pin.text:
            self._active = 1 if staff_id.text else 0
            return
        approval = ManagerApproval(staff_id.text.strip(), pin.take())
        job = Job(self._job.operation, self._job.parameters, "approval", self._done, self._failed)
        self.till.work.start(job, approval=approval)

    def _done(self, result: OperationResult) -> None:
        self.close()
        self._job.done(result)

    def _failed(self, error: BaseException) -> None:
        self.fail(error)


class QuestionDialog(Dialog):
    """A question of the register's that only the cashier can decide; it decides itself when its time is up."""

    def __init__(self, till: Till, question: Question) -> None:
        super().__init__(till)
        self.question = question
        self._until = till.clock.monotonic() + question.timeout_s
        self._typed = None if question.entry is None else EntryBuffer()
        self.takes_scans = question.entry is not None

    @property
    def entry(self) -> EntryBuffer | None:
        return self._typed

    def drawn(self, speech: Speech) -> DialogDrawn:
        default = dict(self.question.choices).get(self.question.default)
        left = max(0, round(self._until - self.till.clock.monotonic()))
        return DialogDrawn(
            speech(self.question.text),
            speech(_("“{choice}” by itself in {seconds} s.", choice=default, seconds=left)) if default else "",
            (),
            self._fields(speech),
            (*self._choices(speech), *self._done(speech)),
            self.notices.drawn(speech),
            "letters" if self._typed is not None else "",
        )

    def _fields(self, speech: Speech) -> tuple[FieldDrawn, ...]:
        if self._typed is None or self.question.entry is None:
            return ()
        return (FieldDrawn(speech(self.question.entry.prompt), self._typed.shown, active=True),)

    def _choices(self, speech: Speech) -> tuple[ChoiceDrawn, ...]:
        asked = self._typed is not None
        return tuple(
            ChoiceDrawn(speech(label), "action" if key == self.question.default and not asked else "plain")
            for key, label in self.question.choices
        )

    def _done(self, speech: Speech) -> tuple[ChoiceDrawn, ...]:
        return () if self._typed is None else (ChoiceDrawn(speech(_("OK")), "action"),)

    def choose(self, place: int) -> None:
        if place < len(self.question.choices):
            self.till.answer(self.question.choices[place][0])
        else:
            self.enter()

    def enter(self) -> None:
        if self._typed is None:
            self.till.answer(self.question.default)
        elif self._typed.text.strip():
            self.till.answer(self._typed.take().strip())

    def close(self) -> None:
        """A question is answered, not closed."""
