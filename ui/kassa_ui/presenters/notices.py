"""What the cashier is told in place: errors that stay until seen, and quiet lines that pass."""

from __future__ import annotations

from dataclasses import dataclass

from kassa.errors import NOTHING_LOST, KassaError
from kassa.text import Text, texts
from kassa_ui.presenters.speech import Speech

_, n_ = texts("kassa_ui")

QUIET_S = 8.0
"""How long a quiet line stays."""


@dataclass(frozen=True)
class Notice:
    """Something to read: what happened, what is kept, what to do. ``tone`` is ``error``, ``warning`` or ``info``."""

    tone: str
    what: Text
    kept: Text | None = None
    hint: Text | None = None


@dataclass(frozen=True)
class NoticeDrawn:
    """A notice in words; ``others`` says how many more wait behind it."""

    tone: str
    what: str
    detail: str
    others: str


def notice_of(error: BaseException) -> Notice:
    """How ``error`` is told. What Kassa cannot explain is for support; its details are in the log alone."""
    if isinstance(error, KassaError):
        return Notice("error", error.what, error.kept, error.hint)
    return Notice("error", _("Something went wrong."), NOTHING_LOST, _("Call support; they find the cause in the log."))


class Notices:
    """The notices of one place, oldest first, and its quiet line."""

    def __init__(self) -> None:
        self.open: list[Notice] = []
        self.quiet: Text | None = None
        self._quiet_until = 0.0

    def add(self, notice: Notice) -> None:
        """Show ``notice``, once however often it is said."""
        if notice in self.open:
            self.open.remove(notice)
        self.open.append(notice)

    def say(self, text: Text, now: float) -> None:
        """Show one quiet line for a while; ``now`` in seconds of the interval clock."""
        self.quiet = text
        self._quiet_until = now + QUIET_S

    def pass_time(self, now: float) -> None:
        """Let a quiet line pass when its time is up."""
        if self.quiet is not None and now >= self._quiet_until:
            self.quiet = None

    def dismiss(self) -> bool:
        """Take the notice that is shown away; False if there was none."""
        if not self.open:
            return False
        self.open.pop()
        return True

    def clear(self) -> None:
        """Take all notices away: the cashier has gone on."""
        self.open.clear()

    def drawn(self, speech: Speech) -> NoticeDrawn | None:
        """The latest notice in words; None when there is nothing to say."""
        if not self.open:
            return None
        notice = self.open[-1]
        others = len(self.open) - 1
        return NoticeDrawn(
            notice.tone,
            speech(notice.what),
            " ".join(speech(part) for part in (notice.kept, notice.hint) if part is not None),
            speech(n_("and {count} more", "and {count} more", count=others)) if others else "",
        )
