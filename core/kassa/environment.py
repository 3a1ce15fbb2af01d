"""What the core takes from the world: clock, randomness and identifiers. All of it is handed in.

Nothing in Kassa calls ``time.time`` or ``random`` itself; a test drives time and chance through an
:class:`Environment` of its own.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import uuid_utils


class Clock(Protocol):
    """Wall clock and interval clock."""

    def utc(self) -> datetime:
        """Now, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back and counts sleep: for deadlines and intervals."""

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Wait until ``event`` is set or ``seconds`` have passed on :meth:`monotonic`; True if it was set."""


class SystemClock:
    """The machine's own clocks."""

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return _monotonic()

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        if seconds is None:
            return event.wait()
        end = self.monotonic() + seconds
        while not event.is_set():
            left = end - self.monotonic()
            if left <= 0:
                return event.is_set()
            event.wait(min(left, _SLICE_S))
        return True


_SLICE_S = 1.0
"""A sleeping machine stops ``Event.wait``; looking again each second notices that the interval is long gone."""

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)


def _monotonic() -> float:
    if _BOOTTIME is None:
        return time.monotonic()
    return time.clock_gettime(_BOOTTIME)


def new_id() -> str:
    """A new UUIDv7 as 32 hexadecimal digits (RFC 9562)."""
    return uuid_utils.uuid7().hex


@dataclass(frozen=True)
class Environment:
    """Clock, identifiers and random bytes, handed to everything that needs them."""

    clock: Clock = field(default_factory=SystemClock)
    new_id: Callable[[], str] = new_id
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
