"""In the supervisor's process: what the register's says."""

from __future__ import annotations

import os
import threading

from kassa.supervision.pipe import AGAIN, ALIVE, ENDING

_LAST_WORDS_S = 5.0
"""A pipe whose process has ended is at its end at once, unless something else still holds it."""


class Ear:
    """Hears what a process says over its pipe, on a thread of its own.

    :param woken: set when the pipe is closed: the process has probably ended.
    """

    def __init__(self, end: int, woken: threading.Event) -> None:
        self.last = b""
        self._end = end
        self._woken = woken
        self._heard = False
        self._thread = threading.Thread(target=self._listen, name="kassa-ear", daemon=True)
        self._thread.start()

    @property
    def is_ending(self) -> bool:
        """Whether the process has said that it ends."""
        return self.last in (ENDING, AGAIN)

    def has_heard(self) -> bool:
        """Whether anything was said since the last time."""
        heard, self._heard = self._heard, False
        return heard

    def finish(self) -> None:
        """The process has ended: hear the last that it said."""
        self._thread.join(_LAST_WORDS_S)

    def _listen(self) -> None:
        while said := os.read(self._end, 4096):
            self.last = said[-1:]
            self._heard = True
            if self.last != ALIVE:
                self._woken.set()
        os.close(self._end)
        self._woken.set()
