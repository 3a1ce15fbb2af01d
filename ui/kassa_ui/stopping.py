"""Ctrl+C and a supervisor's SIGTERM close the window as its close button does, at whatever moment they come.

Left to Python, an interrupt is raised wherever the main thread happens to be: while Kivy is imported or draws, code
that is not ours swallows it, and the window stays open.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """Within ``with``: the first signal asks to stop; a second one does what it did before.

    Outside the main thread, where signals cannot be taken, it takes none.
    """

    def __init__(self) -> None:
        self._asked = False
        self._stop: Callable[[], object] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def then(self, stop: Callable[[], object]) -> None:
        """Call ``stop`` when asked; at once if that was before. It is called between any two instructions of the main
        thread, so it only asks the loop."""
        self._stop = stop
        if self._asked:
            stop()

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._told) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        self._restore()
        self._asked = True
        if self._stop is not None:
            self._stop()

    def _restore(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}
