"""In the register's process: it is heard of every second, and leaves a trace of where it stood when it froze."""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kassa.supervision.pipe import AGAIN, ALIVE, END_PATIENCE_S, ENDING, HELD, START_PATIENCE_S, opened
from kassa.supervision.stops import TRACE_FILE, folder_of

_TRACE_AT = 0.75
"""At which share of the patience the trace is written: by a thread of C, which needs no interpreter."""


class Heartbeat:
    """What the screen's loop calls each second.

    :param told: the pipe, as the supervisor tells it.
    :param directory: the register's.
    :param patience_s: the supervisor's, and ``start_patience_s``, until the first beat.
    :raises OSError: there is no such pipe, or no trace can be written.
    """

    def __init__(
        self, told: str, directory: Path, patience_s: float, start_patience_s: float = START_PATIENCE_S
    ) -> None:
        self.is_heard = True
        """Whether somebody watched when the last word was said."""
        self._pipe = opened(told)
        os.set_blocking(self._pipe, False)
        self._trace_at = patience_s * _TRACE_AT
        self._trace = (folder_of(directory) / TRACE_FILE).open("w", encoding="utf-8")
        faulthandler.enable(self._trace)
        self._will_trace(max(patience_s, start_patience_s) * _TRACE_AT)
        self._breakpoint = sys.breakpointhook
        sys.breakpointhook = self._stopped_at

    def beat(self) -> None:
        """The screen's loop goes round."""
        debugged = sys.gettrace() is not None
        self._say(HELD if debugged else ALIVE)
        if debugged:
            faulthandler.cancel_dump_traceback_later()
        else:
            self._will_trace(self._trace_at)

    def held(self) -> None:
        """From here on a person decides how long it takes."""
        self._say(HELD)
        faulthandler.cancel_dump_traceback_later()

    def ending(self, *, again: bool) -> None:
        """The process ends in good order: said before the register is closed, which may take its time."""
        self._say(AGAIN if again else ENDING)
        self._will_trace(max(self._trace_at, END_PATIENCE_S * _TRACE_AT))

    def _stopped_at(self, *arguments: Any, **named: Any) -> Any:
        self.held()
        hook: Callable[..., Any] = self._breakpoint
        return hook(*arguments, **named)

    def _will_trace(self, seconds: float) -> None:
        """Unless this is called again before."""
        faulthandler.dump_traceback_later(seconds, file=self._trace)

    def _say(self, word: bytes) -> None:
        try:
            os.write(self._pipe, word)
        except OSError:  # nobody watches any more, or does not listen: the register sells on
            self.is_heard = False
        else:
            self.is_heard = True
