"""One request on its way: settled once, by its answer, its deadline or by being cut off, whichever is first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from kassa.environment import Clock
from kassa.errors import Canceled, NoAnswer
from kassa.text import Number, texts

_, n_ = texts("kassa")


class PendingAnswer(Future[Any]):
    """The answer to come. ``cancel()`` cuts the request off; waiting without a limit keeps its deadline."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange

    def cancel(self) -> bool:
        return self._exchange.cut_off()

    def result(self, timeout: float | None = None) -> Any:
        if timeout is None:
            self._exchange.keep_deadline()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        if timeout is None:
            self._exchange.keep_deadline()
        return super().exception(timeout)


class Exchange:
    """A request between the thread that asks and the gateway's loop.

    Whoever settles it first wins, under a lock, so that :attr:`sent` is true of the outcome: nothing is written after
    a request has been cut off as *not sent*.

    :param timeout_s: its total time, from now, on ``clock``'s monotonic time.
    :param where: for support: method, address and path.
    """

    def __init__(self, clock: Clock, timeout_s: float, where: str) -> None:
        self.where = where
        self.future = PendingAnswer(self)
        self.sent = False
        self.received = False
        self.fresh = False
        self.stop: Callable[[], object] = _nothing_to_stop
        self._clock = clock
        self._timeout_s = timeout_s
        self._deadline = clock.monotonic() + timeout_s
        self._lock = threading.Lock()
        self._settled = False
        self._done = threading.Event()

    @property
    def settled(self) -> bool:
        """Whether the outcome is known."""
        return self._settled

    def left(self) -> float:
        """Seconds until the deadline; below zero after it."""
        return self._deadline - self._clock.monotonic()

    def begin_try(self) -> None:
        """Another try begins: nothing is known of its connection yet."""
        self.received = False
        self.fresh = False

    def about_to_write(self) -> None:
        """Called before each byte that leaves.

        :raises ConnectionAbortedError: the request was cut off; nothing more may leave.
        """
        with self._lock:
            if self._settled:
                raise ConnectionAbortedError("cut off")
            self.sent = True

    def succeed(self, answer: Any) -> None:
        """The answer has come."""
        if self._claim() is not None:
            self.future.set_result(answer)
            self._done.set()

    def fail(self, error: BaseException) -> None:
        """It ended with ``error``."""
        if self._claim() is not None:
            self._end(error)

    def cut_off(self) -> bool:
        """End it now as canceled; False: it had ended before."""
        sent = self._claim()
        if sent is None:
            return False
        self._end(Canceled(_("The request was cut off."), reason="unreachable", sent=sent, where=self.where))
        self.stop()
        return True

    def time_out(self) -> None:
        """End it now: the deadline has passed."""
        sent = self._claim()
        if sent is None:
            return
        seconds = Number(Decimal(str(round(self._timeout_s, 1))))
        what = _("The store server did not answer within {seconds} s.", seconds=seconds)
        self._end(NoAnswer(what, reason="timeout", sent=sent, where=self.where))
        self.stop()

    def keep_deadline(self) -> None:
        """Wait until it has ended, at most until its deadline; then end it, whatever the loop is doing."""
        if not self._clock.wait(self._done, self.left()):
            self.time_out()

    def _claim(self) -> bool | None:
        """Become the one that settles it; whether anything was sent, None for everybody after the first."""
        with self._lock:
            if self._settled:
                return None
            self._settled = True
            return self.sent

    def _end(self, error: BaseException) -> None:
        self.future.set_exception(error)
        self._done.set()


CURRENT: ContextVar[Exchange | None] = ContextVar("kassa_exchange", default=None)
"""The exchange that the running task carries: how a network stream knows for whom it reads and writes."""


def _nothing_to_stop() -> None:
    """Before the loop has begun with it."""
