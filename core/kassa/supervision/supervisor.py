"""The process that starts a register, and starts it again when it is frozen, has crashed, or wants to be.

A register keeps its sale at every change, so whatever is killed comes back into its sale.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from kassa.supervision.ear import Ear
from kassa.supervision.pipe import (
    AGAIN,
    END_PATIENCE_S,
    HELD,
    PATIENCE_S,
    RESTART_CODE,
    START_PATIENCE_S,
    inherited,
)
from kassa.supervision.silence import LOOK_S, Silence, is_held
from kassa.supervision.stops import Why, note_stop

LONGEST_PAUSE_S = 60.0
MOST_STARTS = 4
"""How often what cannot be opened is started, after a process that wanted to be or had to be started again: new plugins
have two tries, then it is opened with those before."""
_SHORT_LIFE_S = 60.0
_FIRST_CRASH_CODE = 0xC0000000
"""From here on Windows' exit codes say that a process has crashed."""


class Supervisor:
    """Watches one process after another until one ends by itself.

    :param command: starts the process; the pipe's name is put behind it.
    :param directory: the register's, where stops are noted.
    :param patience_s: how long the screen may stand still; ``start_patience_s``: until it first moves;
        ``end_patience_s``: after the window has closed.
    :param longest_pause_s: before it is started again.
    """

    def __init__(
        self, command: Sequence[str], directory: Path, *, patience_s: float = PATIENCE_S,
        start_patience_s: float = START_PATIENCE_S, end_patience_s: float = END_PATIENCE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:  # fmt: skip
        self._command = list(command)
        self._directory = directory
        self._patience_s = patience_s
        self._start_patience_s = max(patience_s, start_patience_s)
        self._end_patience_s = max(patience_s, end_patience_s)
        self._longest_pause_s = longest_pause_s
        self._woken = threading.Event()
        self._asked = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Until a process ends by itself; its exit code."""
        if threading.current_thread() is threading.main_thread():
            for number in _asking():
                signal.signal(number, self._ask)
        in_a_row = not_opened = 0
        by_a_person = True
        while True:
            began = time.monotonic()
            end = self._watch_one()
            not_opened = not_opened + 1 if end.could_not_open and not by_a_person else 0
            again = end.why is not None or end.code == RESTART_CODE or 0 < not_opened < MOST_STARTS
            if self._asked.is_set() or not again:
                return end.code
            by_a_person = False
            if end.why is not None:
                with suppress(OSError):
                    note_stop(self._directory, datetime.now(UTC), end.why, end.code)
            if end.code != RESTART_CODE:
                in_a_row = in_a_row + 1 if time.monotonic() - began < _SHORT_LIFE_S else 1
                self._pause(min(2 ** (in_a_row - 1) - 1, self._longest_pause_s))
            if self._asked.is_set():
                return 0

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        """Ctrl+C, or SIGTERM: the register is asked to close its window."""
        self._asked.set()
        self._woken.set()
        if self._process is not None and sys.platform != "win32":  # on Windows Ctrl+C reaches it by itself
            self._process.terminate()

    def _pause(self, seconds: float) -> None:
        self._woken.clear()
        if seconds and not self._asked.is_set():
            self._woken.wait(seconds)

    def _watch_one(self) -> _End:
        """One process, until it ends."""
        ours, its = os.pipe()
        name, how = inherited(its)
        self._process = process = subprocess.Popen([*self._command, name], **how)
        if self._asked.is_set():
            process.terminate()
        os.close(its)
        ear = Ear(ours, self._woken)
        frozen = self._is_frozen(process, ear)
        if frozen:
            process.kill()
        code = process.wait()
        ear.finish()
        if (frozen or has_crashed(code)) and ear.is_ending:  # the window had closed: nobody was held up
            return _End(RESTART_CODE if ear.last == AGAIN else 1)
        if frozen:
            return _End(-signal.SIGTERM, "frozen")
        why: Why | None = "crashed" if has_crashed(code) and not self._asked.is_set() else None
        return _End(code, why, opened=bool(ear.last))

    def _is_frozen(self, process: subprocess.Popen[bytes], ear: Ear) -> bool:
        """Look until it has ended (False), or nothing was heard of it for too long."""
        silence = Silence(self._start_patience_s)
        before = time.monotonic()
        while process.poll() is None:
            self._woken.clear()
            self._woken.wait(LOOK_S)
            now = time.monotonic()
            if ear.has_heard() or ear.last == HELD:
                silence = Silence(self._end_patience_s if ear.is_ending else self._patience_s)
            elif silence.goes_on(now - before):
                if not is_held(process.pid):
                    return process.poll() is None
                silence.broken()
            before = now
        return False


@dataclass(frozen=True)
class _End:
    """How a process has ended; ``why``: that was not of its own will; ``opened``: it was heard of before."""

    code: int
    why: Why | None = None
    opened: bool = True

    @property
    def could_not_open(self) -> bool:
        return self.why is None and self.code > 0 and not self.opened


def has_crashed(code: int) -> bool:
    """Whether an exit code says that a signal, or Windows, has ended the process; SIGTERM and Ctrl+C ask it to end."""
    if code < 0:
        return -code not in (signal.SIGTERM, signal.SIGINT)
    return code >= _FIRST_CRASH_CODE


def _asking() -> tuple[signal.Signals, ...]:
    if sys.platform == "win32":
        return (signal.SIGINT,)
    return (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
