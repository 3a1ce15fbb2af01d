"""The time-out lock: a till that nobody has used for a while locks itself, a sale in progress and all."""

from __future__ import annotations

import threading

from kassa.register.face import Event, RegisterFace
from kassa_staff.settings import lock_after_min

LOCK = 703
LOOK_S = 30.0
"""How often a change of the setting is noticed, at the latest."""
USE = frozenset({"activity", "sale", "finished", "staff", "question", "window"})
"""Events that somebody at the till has caused; what synchronisation or a printer says is none."""


class TimeOutLock:
    """Locks the till after the setting ``lock_after_min``. Not while it is at work, as when a customer types a PIN
    at the card terminal, and not while a question is open."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        self._clock = register.environment.clock
        self._used_at = self._clock.monotonic()
        self._wake = threading.Event()
        self._stopping = False
        self._unsubscribe = register.subscribe(self._heard)
        self._thread = threading.Thread(target=self._run, name="kassa-time-out", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._stopping = True
        self._unsubscribe()
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _heard(self, event: Event) -> None:
        if event.kind in USE:
            self._used_at = self._clock.monotonic()

    def _run(self) -> None:
        while not self._ends():
            self._clock.wait(self._wake, max(0.01, min(self._left(), LOOK_S)))
            if not self._ends() and self._left() <= 0:
                self._lock()

    def _ends(self) -> bool:
        return self._stopping

    def _left(self) -> float:
        """Seconds until the till locks."""
        minutes = lock_after_min(self._register)
        if minutes is None:
            return LOOK_S
        return self._used_at + minutes * 60 - self._clock.monotonic()

    def _lock(self) -> None:
        view = self._register.view()
        if view.busy or view.question is not None:
            self._used_at = self._clock.monotonic()
        elif view.staff is not None and not view.locked:
            self._register.submit(LOCK).exception()
        self._used_at = self._clock.monotonic()
