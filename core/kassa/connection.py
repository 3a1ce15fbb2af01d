"""The connection to the store server, as everything in the register sees it.

The core has an online-only one; the offline failover plugin provides the one that switches (hook
``provide_connection``). States and reasons are those of system.md.
"""

from __future__ import annotations

import enum
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import msgspec

from kassa.text import Text

if TYPE_CHECKING:
    from kassa.runtime.request import Request, RequestContext

Answer = TypeVar("Answer")


class Reason(enum.Enum):
    """Why the register is offline."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    NOT_TRUSTED = "not_trusted"
    DEGRADED = "degraded"
    MANUAL = "manual"
    STARTING = "starting"


class ConnectionState(msgspec.Struct, frozen=True):
    """Where requests go now. ``reason`` is None while online. ``cause`` tells in words what made it so."""

    online: bool
    since: datetime
    reason: Reason | None = None
    cause: Text | None = None
    can_switch: bool = True
    """False: no offline plugin, or this register has no offline support: it is online only."""

    @property
    def name(self) -> str:
        """``online``, or the reason's name."""
        return "online" if self.online or self.reason is None else self.reason.value


class ConnectionChange(msgspec.Struct, frozen=True):
    """A change of the connection state, with the name of the request that caused it (None: a button or a timer)."""

    before: ConnectionState
    after: ConnectionState
    request: str | None = None


class ReconnectPlan(msgspec.Struct, frozen=True):
    """The next attempt to reach the store server: at the next sale, and not before ``earliest`` (None: at once)."""

    at_next_sale: bool
    earliest: datetime | None = None


class Gateway(Protocol):
    """Something that answers requests: the store server, or the runtime in this process."""

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        """The answer to ``request``.

        :param timeout_s: the total deadline of this request; None: the offline profile's ``request_timeout_s``.
        :raises kassa.errors.Refusal: a typed no; an answer.
        :raises kassa.errors.NoAnswer: anything that is not an answer (remote gateways only).
        :raises kassa.errors.OfflineDatabaseUnavailable: local gateway only.
        """


class RemoteGateway(Gateway, Protocol):
    """The store server."""

    @property
    def address(self) -> str:
        """Its base address."""

    def submit(
        self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None
    ) -> Future[Answer]:
        """Like :meth:`send`, without waiting. Cancelling the future cuts the request off: its ``result()`` raises
        :class:`kassa.errors.Canceled`, which tells whether anything was sent."""

    def post(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Answer:
        """The answer to ``body`` posted to ``path`` (``/v1/journal``, ``/v1/activate``), decoded as ``answer``.
        ``encoding``: the content coding that ``body`` is in already.

        Deadline and errors as for :meth:`send`. It may arrive twice, like everything that is sent.
        """

    def begin_post(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Future[Answer]:
        """Like :meth:`post`, without waiting."""

    def cancel_all(self) -> None:
        """Cut off every request in flight; each raises :class:`kassa.errors.Canceled`."""

    def clock_offset(self) -> timedelta | None:
        """What to add to this machine's clock to get the store server's, as last learnt; None: not known."""

    def latency_s(self) -> float | None:
        """How long the last answer took, in seconds."""

    def close(self) -> None:
        """Cut everything off and end the gateway's thread."""


@runtime_checkable
class Connection(Protocol):
    """The register's way to the commerce runtime, wherever it is just now. Thread-safe."""

    def state(self) -> ConnectionState:
        """The state now; never waits."""

    def plan(self) -> ReconnectPlan | None:
        """The next reconnect attempt; None while online or disconnected by hand."""

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        """Send to the store server, or to the runtime on the offline database, by state and rules S1, S2.

        :raises kassa.errors.Refusal: the answer was no.
        :raises kassa.errors.NotAvailable: it needs the store server, which is away.
        :raises kassa.errors.UnknownOutcome: an online-only command was sent and no answer came.
        """

    def transaction_starting(self, approved: bool = False) -> None:
        """A transaction is about to start: the one moment for a reconnect attempt (S3). Waits at most the budget.

        :param approved: a manager has approved that the sale starts although an offline limit is passed.
        :raises kassa.errors.NotAllowed: ``max_offline_hours`` or ``max_offline_amount`` is passed; a manager may
            override it.
        :raises kassa.errors.NotAvailable: the store server is away and this register cannot sell without it.
        """

    def transaction_ended(self) -> None:
        """The transaction was finished, voided or suspended, or the operation that was to start one ended without:
        between sales now."""

    def log_on_starting(self) -> None:
        """Staff are about to log on: the first contact of a run is made here, unless it has been made already.

        :raises kassa.errors.NotAvailable: the store server is away, and log on needs it
            (``allow_offline_before_log_on``).
        """

    def disconnect(self) -> None:
        """Operation 917, Disconnect: offline with reason ``manual``, at once; requests in flight are cut off (S5)."""

    def connect(self, *, in_transaction: bool) -> None:
        """Operation 917, Connect (S5).

        :raises kassa.errors.NotAvailable: a sale is in progress; it is noted for the next start.
        :raises kassa.errors.NoAnswer: the store server does not answer; the register stays offline.
        :raises kassa.errors.Refusal: the store server does not accept device, shift or staff.
        """

    def close(self) -> None:
        """Stop timers and requests. The state by hand stays."""
