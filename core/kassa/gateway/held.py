"""The store server for all but the till's own requests: closed while the register is disconnected by hand.

In the state ``manual`` nothing is sent (system.md, S9). Synchronisation and delivery go through here; the connection
itself, which makes the attempt when Connect is pressed, does not.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import TypeVar

from kassa.connection import ConnectionState, Reason, RemoteGateway
from kassa.errors import Canceled
from kassa.runtime.request import Request, RequestContext
from kassa.text import texts

_, n_ = texts("kassa")
Answer = TypeVar("Answer")


class HeldGateway:
    """A :class:`kassa.connection.RemoteGateway` that sends nothing while ``state`` is ``manual``.

    :param state: the connection state now.
    """

    def __init__(self, remote: RemoteGateway, state: Callable[[], ConnectionState]) -> None:
        self._remote = remote
        self._state = state

    @property
    def address(self) -> str:
        """The store server's base address."""
        return self._remote.address

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        """The answer to ``request``; :class:`Canceled` while disconnected by hand."""
        return self.submit(request, context, timeout_s=timeout_s).result()

    def submit(
        self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None
    ) -> Future[Answer]:
        """Like :meth:`send`, without waiting. Looks at the state once more after it has begun: a Disconnect between
        the two would otherwise miss it."""
        self._refuse_by_hand(request.NAME)
        return self._unless_by_hand(self._remote.submit(request, context, timeout_s=timeout_s))

    def post(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Answer:
        """Post ``body``; :class:`Canceled` while disconnected by hand."""
        return self.begin_post(path, body, answer, timeout_s=timeout_s, encoding=encoding).result()

    def begin_post(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Future[Answer]:
        """Like :meth:`post`, without waiting."""
        self._refuse_by_hand(path)
        posted = self._remote.begin_post(path, body, answer, timeout_s=timeout_s, encoding=encoding)
        return self._unless_by_hand(posted)

    def _unless_by_hand(self, future: Future[Answer]) -> Future[Answer]:
        if self._by_hand():
            future.cancel()
        return future

    def _by_hand(self) -> bool:
        state = self._state()
        return not state.online and state.reason is Reason.MANUAL

    def _refuse_by_hand(self, where: str) -> None:
        if self._by_hand():
            raise Canceled(
                _("The register is disconnected by hand."), reason=Reason.UNREACHABLE.value, sent=False, where=where
            )

    def cancel_all(self) -> None:
        """Cut off every request in flight."""
        self._remote.cancel_all()

    def clock_offset(self) -> timedelta | None:
        """What to add to this machine's clock to get the store server's."""
        return self._remote.clock_offset()

    def latency_s(self) -> float | None:
        """How long the last answer took."""
        return self._remote.latency_s()

    def close(self) -> None:
        """End the gateway."""
        self._remote.close()
