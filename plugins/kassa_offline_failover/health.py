"""Advanced switching: a health check in the background, between sales."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kassa.environment import Clock
from kassa.model import OfflineProfile

_LOOK_S = 30.0
"""How often a change of the profile is noticed, at the latest."""


class HealthChecks:
    """Calls ``check`` every ``health_check_interval_s`` while *advanced switching* is on.

    One that falls due in the middle of a sale is made when the sale has ended.
    """

    def __init__(
        self,
        clock: Clock,
        profile: Callable[[], OfflineProfile],
        between_sales: Callable[[], bool],
        check: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._profile = profile
        self._between_sales = between_sales
        self._check = check
        self._wake = threading.Event()
        self._put_off = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="kassa-health", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def sale_ended(self) -> None:
        """A check that was put off is made now."""
        if self._put_off:
            self._wake.set()

    def close(self) -> None:
        """End."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _ends(self) -> bool:
        return self._stopping

    def _run(self) -> None:
        last = self._clock.monotonic()
        while not self._stopping:
            left = last + self._profile().health_check_interval_s - self._clock.monotonic()
            self._clock.wait(self._wake, max(0.0, min(left, _LOOK_S)))
            woken = self._wake.is_set()
            self._wake.clear()
            profile = self._profile()
            due = woken or self._clock.monotonic() - last >= profile.health_check_interval_s
            if not due or self._ends():
                continue
            last = self._clock.monotonic()
            self._put_off = profile.advanced_switching and not self._between_sales()
            if profile.advanced_switching and not self._put_off:
                self._check()
