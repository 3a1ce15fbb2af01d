"""The rules of the connection (system.md S1-S3, S5) on plain values: no thread, no clock, no network.

A :class:`Link` is how the register stands to the store server; each rule makes a new one. Times come in as
:class:`Now`: ``utc`` is for people, ``mono`` (monotonic seconds) for every interval.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kassa.connection import Reason, ReconnectPlan
from kassa.model import OfflineProfile
from kassa.text import Text, texts

_, n_ = texts("kassa_offline_failover")

SLOW_ANSWERS = 3
"""So many slow answers in a row make the state ``degraded``."""
GOOD_CHECKS = 2
"""So many good health checks in a row bring the register back (advanced switching)."""


@dataclass(frozen=True)
class Now:
    """One moment on both clocks."""

    utc: datetime
    mono: float


@dataclass(frozen=True)
class Link:
    """How the register stands to the store server.

    :param reason: why it is offline; None: online.
    :param since: when it became online or offline; a change of reason alone does not move it.
    :param cause: in words.
    :param offline_from: monotonic; for the offline limits.
    :param waits_from: the reconnect interval counts from here: the switch, or the last failed attempt. None: an
        attempt is due at once.
    :param answered_late: when an attempt was answered that nobody waited for any more.
    :param connect_noted: Connect has been pressed, and its attempt is still to be made or to be answered.
    :param reached: the store server has answered in this run.
    :param slow: slow answers in a row.
    :param good: good health checks in a row.
    """

    reason: Reason | None
    since: datetime
    cause: Text | None
    offline_from: float
    waits_from: float | None = None
    answered_late: float | None = None
    connect_noted: bool = False
    reached: bool = False
    slow: int = 0
    good: int = 0

    @property
    def online(self) -> bool:
        """Requests go to the store server."""
        return self.reason is None

    @property
    def held(self) -> bool:
        """Disconnected by hand, and Connect has not been pressed since: nothing may be tried."""
        return self.reason is Reason.MANUAL and not self.connect_noted

    def lost(self, now: Now, reason: Reason, cause: Text | None) -> Link:
        """A request got no answer (S1, S2)."""
        if not self.online:
            return self
        return Link(reason, now.utc, cause, offline_from=now.mono, waits_from=now.mono, reached=self.reached)

    def connected(self, now: Now) -> Link:
        """The store server has answered and accepted, at a moment that allows going online."""
        if self.online or self.held:
            return self
        return Link(None, now.utc, None, offline_from=now.mono, reached=True)

    def disconnected(self, now: Now) -> Link:
        """Operation 917, Disconnect (S5)."""
        if self.reason is Reason.MANUAL:
            return replace(self, connect_noted=False, answered_late=None)
        began = now.mono if self.online else self.offline_from
        return Link(Reason.MANUAL, now.utc, BY_HAND, offline_from=began, reached=self.reached)

    def noted(self, now: Now) -> Link:
        """Operation 917, Connect: an attempt is wanted, now or at the next start (S5)."""
        return self if self.online else replace(self, connect_noted=True)

    def failed(self, now: Now, reason: Reason, cause: Text | None) -> Link:
        """An attempt failed: the interval starts again (S3). A press of Connect is answered with it, and over."""
        if self.online or self.held:
            return self
        return replace(
            self, reason=reason, cause=cause, waits_from=now.mono, answered_late=None, connect_noted=False, good=0
        )

    def answered(self, now: Now) -> Link:
        """An attempt was answered when it could not be used: remembered for the next start (S3)."""
        if self.online or self.held:
            return self
        return replace(self, answered_late=now.mono, reached=True)

    def checked(self) -> Link:
        """A health check was answered (advanced switching)."""
        return self if self.online else replace(self, good=self.good + 1, reached=True)

    def timed(self, latency_ms: float, threshold_ms: int | None, now: Now) -> Link:
        """A request was answered after so long: too many slow answers in a row, and the offline database is better."""
        if not self.online:
            return self
        slow = self.slow + 1 if threshold_ms is not None and latency_ms > threshold_ms else 0
        if slow >= SLOW_ANSWERS:
            return self.lost(now, Reason.DEGRADED, SLOWLY)
        return self if slow == self.slow else replace(self, slow=slow)

    @property
    def recovered(self) -> bool:
        """So many good health checks in a row that the store server is to be trusted again."""
        return self.good >= GOOD_CHECKS

    def may_attempt(self, now: Now, interval_s: float) -> bool:
        """Whether a transaction that starts now may try the store server (S3)."""
        if self.online or self.held:
            return False
        if self.connect_noted or self.waits_from is None or self._late_is_fresh(now, interval_s):
            return True
        return now.mono - self.waits_from >= interval_s

    def _late_is_fresh(self, now: Now, interval_s: float) -> bool:
        return self.answered_late is not None and now.mono - self.answered_late < interval_s

    def plan(self, now: Now, interval_s: float) -> ReconnectPlan | None:
        """When the next attempt is made, for people."""
        if self.online or self.held:
            return None
        if self.waits_from is None or self.may_attempt(now, interval_s):
            return ReconnectPlan(at_next_sale=True)
        left = timedelta(seconds=self.waits_from + interval_s - now.mono)
        return ReconnectPlan(at_next_sale=True, earliest=now.utc + left)

    def too_long(self, now: Now, profile: OfflineProfile) -> bool:
        """Whether ``max_offline_hours`` is passed."""
        limit = profile.max_offline_hours
        return not self.online and limit is not None and now.mono - self.offline_from >= limit * 3600


class Moment(enum.Enum):
    """Who waits for an attempt: what its answer may be used for."""

    START = "start"
    LOG_ON = "log_on"
    CONNECT = "connect"


def after_attempt(
    link: Link,
    now: Now,
    reason: Reason | None,
    cause: Text | None,
    latency_ms: float,
    profile: OfflineProfile,
    *,
    waiting: frozenset[Moment],
    is_check: bool,
    is_first: bool,
    in_sale: bool,
    between_sales: bool,
) -> Link:
    """The link after an attempt has ended.

    :param reason: why it failed; None: the store server accepts device, shift and staff.
    :param waiting: who waits for it still.
    :param is_check: a health check, whose answer counts only with others.
    :param is_first: the first attempt of the run, whose answer is used at once.
    :param in_sale: a sale has started in this run and not ended.
    :param between_sales: no sale is in progress, not even one from an earlier run.
    """
    if reason is not None:
        if link.online:
            return link if profile.prompt_before_switch else link.lost(now, reason, cause)
        return link.failed(now, reason, cause)
    threshold = profile.latency_threshold_ms
    if link.online:
        return link.timed(latency_ms, threshold, now)
    if link.reason is Reason.DEGRADED and threshold is not None and latency_ms > threshold:
        return link.failed(now, Reason.DEGRADED, SLOWLY)
    link = link.checked() if is_check else link
    asked_for = Moment.LOG_ON in waiting or is_first
    wanted = Moment.CONNECT in waiting or (is_check and link.recovered)
    if Moment.START in waiting or (asked_for and not in_sale) or (wanted and between_sales):
        return link.connected(now)
    return link if is_check and not link.recovered else link.answered(now)


def first_link(now: Now, *, manual_since: datetime | None, offline_since: datetime | None) -> Link:
    """The link of a register that starts.

    :param manual_since: it was disconnected by hand then, in an earlier run, and not connected since (S5).
    :param offline_since: it was offline when it stopped, since then; counts for ``max_offline_hours``.
    """
    began = now.mono
    if offline_since is not None:
        began -= max(0.0, (now.utc - offline_since).total_seconds())
    if manual_since is not None:
        return Link(Reason.MANUAL, manual_since, BY_HAND, offline_from=began)
    return Link(Reason.STARTING, now.utc, NOT_YET, offline_from=began)


BY_HAND = _("Disconnected by hand.")
NOT_YET = _("No contact with the store server yet.")
SLOWLY = _("The store server answers slowly.")
