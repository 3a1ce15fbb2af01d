"""The connection that switches between store server and offline database: the rules, with threads around them."""

from __future__ import annotations

from typing import TypeVar

from kassa.connection import ConnectionState, Reason, ReconnectPlan
from kassa.errors import NOTHING_LOST, NoAnswer, NotAvailable
from kassa.hookspecs import ConnectionParts
from kassa.outcomes import UnknownOutcomes
from kassa.runtime.request import Request, RequestContext
from kassa.text import literal, texts
from kassa_offline_failover.attempts import Attempts
from kassa_offline_failover.fallback import Fallback
from kassa_offline_failover.health import HealthChecks
from kassa_offline_failover.in_flight import InFlight
from kassa_offline_failover.limits import check_limits
from kassa_offline_failover.prompt import Prompt
from kassa_offline_failover.rules import Link, Moment, Now
from kassa_offline_failover.sending import Sending
from kassa_offline_failover.switch import Switch

_, n_ = texts("kassa_offline_failover")
Answer = TypeVar("Answer")


class SwitchingConnection:
    """A :class:`kassa.connection.Connection` on a store server and an offline database."""

    def __init__(self, parts: ConnectionParts) -> None:
        clock, unknown = parts.register.environment.clock, UnknownOutcomes()
        self._register = parts.register
        self._remote = parts.remote
        self._clock = clock
        self._switch = Switch(parts.register)
        self._attempts = Attempts(self._switch, parts.register, parts.remote, self._between_sales)
        self._in_flight = InFlight(parts.remote)
        self._prompt = Prompt(parts.register)
        self._sending = Sending(
            self._switch, clock, self._in_flight, self._prompt, Fallback(parts.local, unknown), unknown
        )
        self._health = HealthChecks(clock, lambda: self._switch.profile, self._between_sales, self._check_health)

    def begin(self) -> None:
        """The register has started: make the first contact, in the background."""
        with self._switch.lock:
            if self._switch.link.reason is Reason.STARTING:
                self._attempts.start(is_first=True)
        self._health.start()

    def state(self) -> ConnectionState:
        """The state now; never waits."""
        return self._switch.state()

    def plan(self) -> ReconnectPlan | None:
        """The next reconnect attempt."""
        return self._switch.link.plan(self._switch.now(), self._switch.interval_s)

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        """Send to the store server, or to the runtime on the offline database."""
        return self._sending.send(request, context, timeout_s)

    # -- transactions and log on (S3) ------------------------------------------------------------------------------

    def transaction_starting(self, approved: bool = False) -> None:
        """The one moment for a reconnect attempt; waits at most the budget."""
        switch = self._switch
        with switch.lock:
            self._attempts.in_sale = True
        try:
            if not switch.online:
                self._attempts.wait(Moment.START, switch.budget_s, self._is_due)
            if not switch.online and not switch.can_switch:
                raise self._cannot_sell()
            if not approved:
                check_limits(switch.link, switch.now(), self._register)
        except BaseException:
            self._attempts.in_sale = False
            raise

    def _is_due(self, link: Link, now: Now) -> bool:
        """Whether a start may try the store server; one that cannot sell without it always may."""
        if not self._switch.can_switch and not link.online:
            return not link.held
        return link.may_attempt(now, self._switch.interval_s)

    def transaction_ended(self) -> None:
        """Between sales now."""
        self._attempts.in_sale = False
        self._health.sale_ended()

    def log_on_starting(self) -> None:
        """The first contact of a run; until the store server has answered once, each log on is a moment for it."""
        switch, link = self._switch, self._switch.link
        if not link.online and not link.held:
            first = link.reason is Reason.STARTING
            wait_s = switch.whole_s if first else switch.budget_s
            self._attempts.wait(Moment.LOG_ON, wait_s, lambda link, _now: not (link.reached or link.held))
        if not switch.online and switch.can_switch and not switch.profile.allow_offline_before_log_on:
            raise NotAvailable(
                _("Log on needs the store server, and it is away."),
                kept=NOTHING_LOST,
                hint=_("Try again. If it was disconnected by hand, press Connect."),
            )

    def _between_sales(self) -> bool:
        return not self._attempts.in_sale and self._register.transaction is None

    def _check_health(self) -> None:
        """On the thread of the health checks, between sales. While online, what the till asks is check enough."""
        switch = self._switch
        with switch.lock:
            recently = self._clock.monotonic() - self._sending.last_answer < switch.profile.health_check_interval_s
            if self._attempts.in_sale or switch.link.held or (switch.link.online and recently):
                return
            attempt = self._attempts.start(is_check=True)
        self._clock.wait(attempt.done, switch.whole_s)

    # -- operation 917 (S5) ----------------------------------------------------------------------------------------

    def disconnect(self) -> None:
        """Offline by hand, at once; requests in flight are cut off and answered offline."""
        switch = self._switch
        if not switch.can_switch:
            raise NotAvailable(
                _("This register has no offline database, so it stays connected to the store server."),
                hint=_("Headquarters can give it offline support."),
            )
        with switch.lock:
            self._attempts.abandon()
            change = switch.apply(Link.disconnected, epoch=switch.epoch)
            switch.epoch += 1
        self._remote.cancel_all()
        self._prompt.settle()
        try:
            switch.keep()
        finally:
            switch.tell(change)

    def connect(self, *, in_transaction: bool) -> None:
        """Try the store server now, unless a sale is in progress: then at the next start."""
        switch = self._switch
        with switch.lock:
            if switch.link.online:
                return
            epoch = switch.epoch
            switch.apply(Link.noted, epoch=epoch)
            in_sale = in_transaction or self._attempts.in_sale
        if in_sale:
            raise self._at_the_next_sale()
        outcome = self._attempts.wait(Moment.CONNECT, switch.whole_s, lambda link, _now: not (link.online or link.held))
        if switch.online:
            return
        if outcome is None or switch.epoch != epoch:
            raise NoAnswer(_("The attempt to connect was cut off."), reason="unreachable")
        if outcome.error is not None:
            raise outcome.error
        raise self._at_the_next_sale()

    def close(self) -> None:
        """Cut off what is on its way and end the checks; whatever still ends counts for nothing. The state by hand
        stays."""
        with self._switch.lock:
            self._attempts.abandon()
            self._switch.epoch += 1
        self._in_flight.cut()
        self._health.close()

    def _cannot_sell(self) -> NotAvailable:
        cause = self._switch.link.cause or literal("")
        return NotAvailable(
            _("No sale can start: this register has no offline database. {cause}", cause=cause),
            kept=NOTHING_LOST,
            hint=_("Try again when the store server answers."),
        )

    def _at_the_next_sale(self) -> NotAvailable:
        return NotAvailable(
            _("A sale is in progress, so the register stays disconnected until it has ended."),
            hint=_("Go on: the register tries the store server when the next sale starts."),
        )
