"""Rounds with headquarters, on a thread of their own: soon after there is something new, on a timetable otherwise, and
with growing pauses while nobody answers. Registers never wait for any of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from kassa.environment import Environment
from kassa.errors import KassaError, NoAnswer, Refusal
from kassa.upload_line import part

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0


class Rounds:
    """Runs ``work`` again and again.

    :param name: of the thread.
    :param work: one round.
    :param note: told after each round: the error, None if it went well.
    :param interval_s: from one round to the next when nothing is new.
    :param gather_s: after a wake, to let more come: a round for each sale would be one too many.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], None],
        note: Callable[[Exception | None], None],
        environment: Environment,
        *,
        interval_s: float,
        gather_s: float = 0.2,
    ) -> None:
        self._work = work
        self._note = note
        self._environment = environment
        self._interval_s = interval_s
        self._gather_s = gather_s
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._log = structlog.get_logger("kassa.server.rounds")
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first round is at once."""
        self._thread.start()

    def wake(self) -> None:
        """Something new waits. While nobody answers the pauses alone count."""
        self._wake.set()

    def stop(self) -> None:
        """Stop; what is on its way is not waited for longer than a moment."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        clock = self._environment.clock
        failed = 0
        while not self._stopping.is_set():
            self._wake.clear()
            pause = self._round(failed)
            failed = 0 if pause is None else failed + 1
            if pause is not None:
                clock.wait(self._stopping, pause)
                continue
            if clock.wait(self._wake, self._with_jitter(self._interval_s)):
                clock.wait(self._stopping, self._gather_s)

    def _round(self, failed: int) -> float | None:
        """One round; how long to pause if it failed."""
        error: Exception | None = None
        try:
            self._work()
        except (NoAnswer, Refusal) as refused:
            error = refused
            self._log.info("headquarters_waits", error_code=refused.code, where=refused.where)
        except KassaError as known:
            error = known
            self._log.error("headquarters_round_failed", error_code=known.code, where=known.where)
        except Exception as unknown:
            error = unknown
            self._log.exception("headquarters_round_failed")
        try:
            self._note(error)
        except Exception:
            self._log.exception("status_not_kept")
        if error is None:
            return None
        asked = error.retry_after_s if isinstance(error, NoAnswer) else None
        return self._with_jitter(max(min(FIRST_PAUSE_S * 2 ** min(failed, 20), LONGEST_PAUSE_S), asked or 0.0))

    def _with_jitter(self, seconds: float) -> float:
        """Half of it to one and a half: store servers that lost headquarters at one moment do not come back at one."""
        return seconds * (0.5 + part(self._environment))
