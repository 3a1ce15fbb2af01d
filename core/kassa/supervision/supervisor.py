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
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from kassa.supervision.pipe import ALIVE, ENDING, HELD, PATIENCE_S, RESTART_CODE, START_PATIENCE_S, inherited
from kassa.supervision.silence import LOOK_S, Silence, is_held
from kassa.supervision.stops import Why, note_stop

LONGEST_PAUSE_S = 60
_SHORT_LIFE_S = 60.0
_FIRST_CRASH_CODE = 0xC0000000
"""From here on Windows' exit codes say that a process has crashed."""


class Supervisor:
    """Watches one process after another until one ends by itself.

    :param command: starts the process; the pipe's name is put behind it.
    :param directory: the register's, where stops are noted.
    :param patience_s: how long the screen may stand still; ``start_patience_s``: until it first moves.
    """

    def __init__(
        self, command: Sequence[str], directory: Path, *, patience_s: float = PATIENCE_S,
        start_patience_s: float = START_PATIENCE_S,
    ) -> None:  # fmt: skip
        self._command = list(command)
        self._directory = directory
        self._patience_s = patience_s
        self._start_patience_s = max(patience_s, start_patience_s)
        self._woken = threading.Event()
        self._asked = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Until a process ends by itself; its exit code."""
        if threading.current_thread() is threading.main_thread():
            for number in _asking():
                signal.signal(number, self._ask)
        in_a_row = 0
        while True:
            began = time.monotonic()
            code, why = self._watch_one()
            if self._asked.is_set() or (why is None and code != RESTART_CODE):
                return code
            if why is not None:
                with suppress(OSError):
                    note_stop(self._directory, datetime.now(UTC), why, code)
                in_a_row = in_a_row + 1 if time.monotonic() - began < _SHORT_LIFE_S else 1
                self._pause(min(2 ** (in_a_row - 1) - 1, LONGEST_PAUSE_S))
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

    def _watch_one(self) -> tuple[int, Why | None]:
        """One process, until it ends: its exit code, and why that was not of its own will."""
        ours, its = os.pipe()
        name, how = inherited(its)
        self._process = process = subprocess.Popen([*self._command, name], **how)
        if self._asked.is_set():
            process.terminate()
        os.close(its)
        ear = _Ear(ours, self._woken)
        if self._is_frozen(process, ear):
            process.kill()
            process.wait()
            return (1, None) if ear.last == ENDING else (-signal.SIGTERM, "frozen")
        code = process.wait()
        return code, "crashed" if has_crashed(code) and not self._asked.is_set() else None

    def _is_frozen(self, process: subprocess.Popen[bytes], ear: _Ear) -> bool:
        """Look until it has ended (False), or nothing was heard of it for too long."""
        silence = Silence(self._start_patience_s)
        before = time.monotonic()
        while process.poll() is None:
            self._woken.clear()
            self._woken.wait(LOOK_S)
            now = time.monotonic()
            if ear.has_heard() or ear.last == HELD:
                silence = Silence(self._patience_s)
            elif silence.goes_on(now - before):
                if not is_held(process.pid):
                    return process.poll() is None
                silence.broken()
            before = now
        return False


class _Ear:
    """Hears what a process says over its pipe, on a thread of its own.

    :param woken: set when the pipe is closed: the process has probably ended.
    """

    def __init__(self, end: int, woken: threading.Event) -> None:
        self.last = b""
        self._end = end
        self._woken = woken
        self._heard = False
        threading.Thread(target=self._listen, name="kassa-ear", daemon=True).start()

    def has_heard(self) -> bool:
        """Whether anything was said since the last time."""
        heard, self._heard = self._heard, False
        return heard

    def _listen(self) -> None:
        while said := os.read(self._end, 4096):
            self.last = said[-1:]
            self._heard = True
            if self.last != ALIVE:
                self._woken.set()
        os.close(self._end)
        self._woken.set()


def has_crashed(code: int) -> bool:
    """Whether an exit code says that a signal, or Windows, has ended the process; SIGTERM and Ctrl+C ask it to end."""
    if code < 0:
        return -code not in (signal.SIGTERM, signal.SIGINT)
    return code >= _FIRST_CRASH_CODE


def _asking() -> tuple[signal.Signals, ...]:
    if sys.platform == "win32":
        return (signal.SIGINT,)
    return (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
