"""A partner's plugin: a register for a fair, which never calls the store server while it sells."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from kassa.connection import Connection, ConnectionState, Reason
from kassa.errors import NotAvailable
from kassa.hookspecs import ConnectionParts, PluginInfo, hook
from kassa.register.face import Attempt, RegisterFace, SyncStatus
from kassa.runtime.request import Request, RequestContext
from kassa.text import texts

_, n_ = texts("acme_island")
Answer = TypeVar("Answer")

PLUGIN = PluginInfo(name="acme_island", version="1.0", api_level=1, title="Acme fair register")
attempts: list[Attempt] = []


class Island:
    """A :class:`kassa.connection.Connection` to the runtime in the register alone."""

    def __init__(self, parts: ConnectionParts) -> None:
        self._local = parts.local
        self._state = ConnectionState(False, parts.register.environment.clock.utc(), Reason.MANUAL)

    def state(self) -> ConnectionState:
        return self._state

    def plan(self) -> None:
        return None

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        return self._local.send(request, context, timeout_s=timeout_s)

    def transaction_starting(self, approved: bool = False) -> None: ...

    def transaction_ended(self) -> None: ...

    def log_on_starting(self) -> None: ...

    def disconnect(self) -> None: ...

    def connect(self, *, in_transaction: bool) -> None:
        raise NotAvailable(_("This register stays on its island."))

    def close(self) -> None: ...


@hook
def provide_connection(parts: ConnectionParts) -> Connection | None:
    return Island(parts)


@hook
def synchronise_now(register: RegisterFace) -> bool | None:
    now: datetime = register.environment.clock.utc()
    attempts.append(Attempt(now, succeeded=False, error=_("No synchronisation at a fair.")))
    return True


@hook
def synchronisation_status() -> SyncStatus | None:
    return SyncStatus(download=attempts[-1]) if attempts else SyncStatus()
