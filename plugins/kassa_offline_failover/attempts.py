"""Attempts to reach the store server: at most one at a time, joined by everybody who may wait for it (S3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kassa.connection import RemoteGateway
from kassa_offline_failover.contact import Attempt, Outcome, begin
from kassa_offline_failover.rules import Link, Moment, Now, after_attempt
from kassa_offline_failover.switch import Switch

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace


class Attempts:
    """Makes them, and puts their outcome in force.

    :param between_sales: whether no sale is in progress.
    """

    def __init__(
        self, switch: Switch, register: RegisterFace, remote: RemoteGateway, between_sales: Callable[[], bool]
    ) -> None:
        self.in_sale = False
        """A sale has started in this run and not ended; guarded by the switch's lock."""
        self._switch = switch
        self._register = register
        self._remote = remote
        self._between_sales = between_sales
        self._current: Attempt | None = None

    def wait(self, moment: Moment, wait_s: float, due: Callable[[Link, Now], bool]) -> Outcome | None:
        """Wait for the attempt on its way, or for a new one if it is ``due``.

        Its outcome, which is in force by now; None: there is none within ``wait_s`` seconds.
        """
        with self._switch.lock:
            attempt = self._current
            if attempt is None and due(self._switch.link, self._switch.now()):
                attempt = self.start()
            if attempt is None:
                return None
            attempt.waiting.append(moment)
        self._register.environment.clock.wait(attempt.done, wait_s)
        with self._switch.lock:
            attempt.waiting.remove(moment)
            return attempt.outcome

    def start(self, *, is_check: bool = False, is_first: bool = False) -> Attempt:
        """With the lock held: the attempt on its way, else a new one."""
        if self._current is None:
            self._current = Attempt(self._switch.epoch, is_check, is_first)
            begin(self._current, self._register, self._remote, self._ended)
        return self._current

    def abandon(self) -> None:
        """With the lock held, and the epoch about to pass: the attempt on its way counts for nothing."""
        self._current = None

    def _ended(self, attempt: Attempt, outcome: Outcome) -> None:
        """On the attempt's thread, before those who wait for it go on."""
        between_sales = self._between_sales()

        def rule(link: Link, now: Now) -> Link:
            return after_attempt(
                link, now, outcome.reason, outcome.cause, outcome.latency_ms, self._switch.profile,
                waiting=frozenset(attempt.waiting), is_check=attempt.is_check, is_first=attempt.is_first,
                in_sale=self.in_sale, between_sales=between_sales and not self.in_sale,
            )  # fmt: skip

        with self._switch.lock:
            if self._current is attempt:
                self._current = None
            change = self._switch.apply(rule, epoch=attempt.epoch, request="kassa.hello")
        self._switch.tell(change)
