"""The link in force, and telling of its changes.

One lock guards link, epoch and attempt; nothing waits, sends or tells anybody while holding it. The epoch counts
switches: whatever began before one (a request, an attempt) cannot undo it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from kassa.connection import ConnectionChange, ConnectionState
from kassa.errors import JournalError
from kassa_offline_failover.kept import PLUGIN, Kept
from kassa_offline_failover.rules import Link, Now, first_link

if TYPE_CHECKING:
    from kassa.model import OfflineProfile
    from kassa.register.face import RegisterFace

GRACE_S = 1.0
"""An attempt ends by itself at its deadline; whoever waits for its end stops so much later at the latest."""


class Switch:
    """Where requests go now."""

    def __init__(self, register: RegisterFace) -> None:
        self.lock = threading.Lock()
        self.epoch = 0
        self._register = register
        self._clock = register.environment.clock
        self._kept = Kept(register)
        self.link = first_link(
            self.now(), manual_since=self._kept.manual_since(), offline_since=self._kept.offline_since()
        )

    def apply(
        self, rule: Callable[[Link, Now], Link], *, epoch: int, request: str | None = None
    ) -> ConnectionChange | None:
        """With the lock held: put what ``rule`` makes of the link in force, unless ``epoch`` is past.

        The change, if it is one that others see: to be told of when the lock is free.
        """
        if epoch != self.epoch:
            return None
        before, self.link = self.link, rule(self.link, self.now())
        if before.online != self.link.online:
            self.epoch += 1
        if before.reason is self.link.reason:
            return None
        return ConnectionChange(self._state(before), self._state(self.link), request)

    def tell(self, change: ConnectionChange | None) -> None:
        """Without the lock: keep what survives a restart, and tell everybody."""
        if change is None:
            return
        try:
            self.keep()
        except JournalError as error:
            self._register.log(PLUGIN).warning("not_kept", where=error.where)
        self._register.connection_changed(change)

    def keep(self) -> None:
        """Keep what survives a restart.

        :raises kassa.errors.JournalError: the journal cannot be written.
        """
        self._kept.keep(lambda: self.link, self.now)

    @property
    def online(self) -> bool:
        """Whether requests go to the store server."""
        return self.link.online

    def state(self) -> ConnectionState:
        """The state as others see it."""
        return self._state(self.link)

    def _state(self, link: Link) -> ConnectionState:
        return ConnectionState(link.online, link.since, link.reason, link.cause, self.can_switch)

    def now(self) -> Now:
        """This moment."""
        return Now(self._clock.utc(), self._clock.monotonic())

    @property
    def profile(self) -> OfflineProfile:
        """The offline profile in force."""
        return self._register.record.profile

    @property
    def can_switch(self) -> bool:
        """Whether this register has offline support, and was installed with it."""
        return self._register.record.support_offline and self._register.offline_database.installed

    @property
    def interval_s(self) -> float:
        """The reconnect attempt interval, in seconds."""
        return self.profile.reconnect_interval_min * 60

    @property
    def budget_s(self) -> float:
        """How long a start waits for an attempt: without offline support, as long as one takes."""
        return self.profile.reconnect_budget_ms / 1000 if self.can_switch else self.whole_s

    @property
    def whole_s(self) -> float:
        """How long an attempt takes at the most, in seconds."""
        return self.profile.request_timeout_s + GRACE_S
