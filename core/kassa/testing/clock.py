"""A clock in the test's hands: time passes when the test says so, and whoever waits for it wakes."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Where a test clock starts: a Monday morning."""

_LOOK_S = 0.002
_PATIENCE_S = 10.0


@dataclass(eq=False)
class _Wait:
    event: threading.Event
    end: float


class TestClock:
    """A :class:`kassa.environment.Clock` that stands still until :meth:`advance`.

    A thread that waits on it wakes when its event is set, at once, or when enough time has been advanced.
    """

    __test__ = False

    def __init__(self, start: datetime = START) -> None:
        self._utc = start
        self._monotonic = 1000.0
        self._changed = threading.Condition()
        self._waits: list[_Wait] = []

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
            end = math.inf if seconds is None else self._monotonic + seconds
            wait = _Wait(event, end)
            self._waits.append(wait)
            self._changed.notify_all()
        try:
            while not event.wait(_LOOK_S):
                if self.monotonic() >= end:
                    return event.is_set()
            return True
        finally:
            with self._changed:
                self._waits.remove(wait)

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
            while len(self._waits) < count:
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise TimeoutError(f"{len(self._waits)} of {count} threads wait on the clock")

    @property
    def waiting(self) -> int:
        """How many threads wait on this clock and go on waiting: neither is their event set nor their time over."""
        with self._changed:
            return sum(not wait.event.is_set() and wait.end > self._monotonic for wait in self._waits)

    @property
    def next_wake(self) -> float | None:
        """The earliest time, on the interval clock, that somebody waits for; None: nobody does."""
        with self._changed:
            ends = [wait.end for wait in self._waits if self._monotonic < wait.end < math.inf]
            return min(ends, default=None)

    def advance_to_next_wake(self) -> None:
        """Let just so much time pass that somebody wakes; nothing if nobody waits for a time."""
        wake = self.next_wake
        if wake is not None:
            self.advance(wake - self.monotonic())
