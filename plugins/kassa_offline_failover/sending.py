"""A request's way: to the store server within its deadline, else to the offline database (S1, S2)."""

from __future__ import annotations

from typing import Any, TypeVar

from kassa.connection import Reason
from kassa.environment import Clock
from kassa.errors import Canceled, DeviceNotTrusted, KassaError, NoAnswer, ProtocolNotSpoken
from kassa.outcomes import NeverArrived, UnknownOutcomes
from kassa.runtime.request import Command, Request, RequestContext
from kassa_offline_failover.contact import why
from kassa_offline_failover.fallback import Fallback
from kassa_offline_failover.in_flight import InFlight
from kassa_offline_failover.prompt import Prompt, Turn
from kassa_offline_failover.rules import Link, Now
from kassa_offline_failover.switch import Switch

Answer = TypeVar("Answer")


class Sending:
    """Sends the till's requests. Only the first that gets no answer pays for it: it switches, and the others in
    flight are cut off and answered offline."""

    def __init__(
        self, switch: Switch, clock: Clock, in_flight: InFlight, prompt: Prompt, fallback: Fallback,
        unknown: UnknownOutcomes,
    ) -> None:  # fmt: skip
        self._switch = switch
        self._clock = clock
        self._in_flight = in_flight
        self._prompt = prompt
        self._fallback = fallback
        self._unknown = unknown
        self.last_answer = clock.monotonic()

    def send(self, request: Request[Answer], context: RequestContext, timeout_s: float | None) -> Answer:
        """The answer, from wherever it is to be had."""
        switch = self._switch
        with self._prompt.turn() as turn:
            while True:
                with switch.lock:
                    link, epoch = switch.link, switch.epoch
                if not self._goes_out(link):
                    return self._fallback.offline(request, context, link.cause, can_switch=switch.can_switch)
                try:
                    return self._ask(request, context, timeout_s, epoch)
                except (NoAnswer, DeviceNotTrusted, ProtocolNotSpoken) as error:
                    if self._try_again(error, turn, epoch):
                        continue
                    self._lose(epoch, error, request.NAME)
                    return self._fallback.after(error, request, context, can_switch=switch.can_switch)

    def _goes_out(self, link: Link) -> bool:
        """Whether a request is sent to the store server. Without offline support there is nobody else to ask."""
        return link.online or not (self._switch.can_switch or link.held)

    def _ask(self, request: Request[Answer], context: RequestContext, timeout_s: float | None, epoch: int) -> Answer:
        def send(asked: Request[Any]) -> Any:
            began = self._clock.monotonic()
            answer = self._in_flight.send(asked, context, timeout_s, lambda: self._switch.epoch == epoch)
            self._answered(epoch, (self._clock.monotonic() - began) * 1000, asked.NAME)
            return answer

        answer: Answer
        if isinstance(request, Command) and self._unknown.has(request):
            try:
                answer = self._unknown.settle(request, send)
            except NeverArrived:
                pass
            else:
                return answer
        answer = send(request)
        return answer

    def _try_again(self, error: KassaError, turn: Turn, epoch: int) -> bool:
        """Whether to look at the state again, and send again if it is still online."""
        switch = self._switch
        if isinstance(error, Canceled) or not isinstance(error, NoAnswer):
            return False
        if not (switch.profile.prompt_before_switch and switch.can_switch and switch.epoch == epoch):
            return False
        return turn.try_again(error)

    def _lose(self, epoch: int, error: KassaError, request: str) -> None:
        """No answer: offline, and whatever else is on its way is cut off."""

        def rule(link: Link, now: Now) -> Link:
            return (link.lost if link.online else link.failed)(now, why(error), error.what)

        with self._switch.lock:
            change = self._switch.apply(rule, epoch=epoch, request=request)
        if change is not None:
            self._in_flight.cut()
        self._switch.tell(change)

    def _answered(self, epoch: int, latency_ms: float, request: str) -> None:
        """The store server answered. Without offline support, that is what being online is."""
        switch = self._switch
        threshold = switch.profile.latency_threshold_ms if switch.can_switch else None

        def rule(link: Link, now: Now) -> Link:
            return link.timed(latency_ms, threshold, now) if link.online else link.connected(now)

        with switch.lock:
            self.last_answer = self._clock.monotonic()
            change = switch.apply(rule, epoch=epoch, request=request)
        if change is not None and change.after.reason is Reason.DEGRADED:
            self._in_flight.cut()
        switch.tell(change)
