"""The connection of a register that cannot switch: no offline plugin. It says so, and does what it can.

A lost store server lets the sale in progress be paid, and starts no new one (S6).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from kassa.connection import ConnectionChange, ConnectionState, Reason, ReconnectPlan, RemoteGateway
from kassa.errors import DeviceNotTrusted, KassaError, NoAnswer, NotAvailable
from kassa.outcomes import NeverArrived, UnknownOutcomes
from kassa.runtime.request import Command, Request, RequestContext
from kassa.text import Text, texts

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa")
Answer = TypeVar("Answer")


class OnlineOnlyConnection:
    """A :class:`kassa.connection.Connection` with the store server or nothing.

    :param register: told of changes; its ``hello`` is the first request.
    """

    def __init__(self, register: RegisterFace, remote: RemoteGateway) -> None:
        self._register = register
        self._remote = remote
        self._lock = threading.Lock()
        self._unknown = UnknownOutcomes()
        self._state = ConnectionState(False, register.environment.clock.utc(), Reason.STARTING, None, can_switch=False)

    def state(self) -> ConnectionState:
        """Online as long as the last request was answered."""
        return self._state

    def plan(self) -> ReconnectPlan | None:
        """Each sale that starts, and each request, is an attempt."""
        return None if self._state.online else ReconnectPlan(at_next_sale=True)

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        """The store server's answer.

        :raises kassa.errors.Refusal: the answer was no.
        :raises kassa.errors.NotAvailable: no answer came.
        :raises kassa.errors.UnknownOutcome: a command was sent and no answer came.
        """
        if isinstance(request, Command) and self._unknown.has(request):
            try:
                answer: Answer = self._unknown.settle(request, lambda ask: self._ask(ask, context, timeout_s))
            except NeverArrived:
                pass
            else:
                return answer
        return self._ask(request, context, timeout_s)

    def _ask(self, request: Request[Answer], context: RequestContext, timeout_s: float | None) -> Answer:
        try:
            answer = self._remote.send(request, context, timeout_s=timeout_s)
        except NoAnswer as error:
            self._set(False, Reason(error.reason), error.what, request.NAME)
            if isinstance(request, Command) and error.sent:
                raise self._unknown.note(request, error) from error
            raise self._not_available(error) from error
        except DeviceNotTrusted as error:
            self._set(False, Reason.NOT_TRUSTED, error.what, request.NAME)
            raise
        self._set(True, None, None, request.NAME)
        return answer

    def transaction_starting(self, approved: bool = False) -> None:
        """While offline, try the store server; without its answer no sale starts.

        :raises kassa.errors.NotAvailable: the store server does not answer.
        """
        if not self._state.online:
            self._contact()

    def transaction_ended(self) -> None:
        """Nothing to do between sales."""

    def log_on_starting(self) -> None:
        """The first contact of a run. Without it the log on itself says what is wrong."""
        if not self._state.online:
            try:
                self._contact()
            except KassaError as error:
                self._register.log("kassa").info("no_first_contact", error_code=error.code, where=error.where)

    def disconnect(self) -> None:
        """Refused: there is nothing to sell from while disconnected.

        :raises kassa.errors.NotAvailable: always.
        """
        raise NotAvailable(
            _("This register has no offline database, so it stays connected to the store server."),
            hint=_("Headquarters can give it offline support."),
        )

    def connect(self, *, in_transaction: bool) -> None:
        """Try the store server now; errors as for :meth:`send`."""
        if not self._state.online:
            self._contact()

    def close(self) -> None:
        """Nothing runs here."""

    def _contact(self) -> None:
        hello = self._register.hello()
        answer = self._ask(hello, self._register.request_context(), None)
        self._register.hello_accepted(hello, answer)

    def _set(self, online: bool, reason: Reason | None, cause: Text | None, request: str) -> None:
        with self._lock:
            before = self._state
            if before.online == online and before.reason is reason:
                return
            since = self._register.environment.clock.utc()
            if not online and not before.online and before.reason is not Reason.STARTING:
                since = before.since
            self._state = after = ConnectionState(online, since, reason, cause, can_switch=False)
        self._register.connection_changed(ConnectionChange(before, after, request))

    def _not_available(self, error: NoAnswer) -> NotAvailable:
        return NotAvailable(
            error.what,
            hint=_("This register has no offline database: the sale in progress can be paid, and new ones must wait."),
            where=error.where,
        )
