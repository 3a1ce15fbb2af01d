"""A clock in the test's hands: time passes when the test says so, and whoever waits for it wakes."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Where a test clock starts: a Monday morning."""

_LOOK_S = 0.002
_PATIENCE_S = 10.0


class TestClock:
    """A :class:`kassa.environment.Clock` that stands still until :meth:`advance`.

    A thread that waits on it wakes when its event is set, at once, or when enough time has been advanced.
    """

    __test__ = False

    def __init__(self, start: datetime = START) -> None:
        self._utc = start
        self._monotonic = 1000.0
        self._changed = threading.Condition()
        self._waiting = 0

    def utc(self) -> datetime:
        """The wall clock, UTC."""
        with self._changed:
            return self._utc

    def monotonic(self) -> float:
        """The interval clock, in seconds."""
        with self._changed:
            return self._monotonic

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Wait for ``event``, at most ``seconds`` of this clock's time; True if it was set."""
        with self._changed:
            end = None if seconds is None else self._monotonic + seconds
            self._waiting += 1
            self._changed.notify_all()
        try:
            while not event.wait(_LOOK_S):
                if end is not None and self.monotonic() >= end:
                    return event.is_set()
            return True
        finally:
            with self._changed:
                self._waiting -= 1

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass on both clocks."""
        with self._changed:
            self._utc += timedelta(seconds=seconds)
            self._monotonic += seconds
            self._changed.notify_all()

    def set_wall_clock(self, utc: datetime) -> None:
        """Somebody sets the wall clock; intervals go on as before."""
        with self._changed:
            self._utc = utc

    def until_waiting(self, count: int = 1) -> None:
        """Block until at least ``count`` threads wait on this clock: what the test started has come that far.

        :raises TimeoutError: they do not come.
        """
        end = time.monotonic() + _PATIENCE_S
        with self._changed:
            while self._waiting < count:
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise TimeoutError(f"{self._waiting} of {count} threads wait on the clock")
