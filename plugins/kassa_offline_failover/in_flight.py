"""The till's requests on their way to the store server: when one of them switches, the others are cut off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from kassa.connection import RemoteGateway
from kassa.errors import Canceled
from kassa.runtime.request import Request, RequestContext
from kassa.text import texts

_, n_ = texts("kassa_offline_failover")
Answer = TypeVar("Answer")


class InFlight:
    """Requests that were sent through this connection and have not been answered."""

    def __init__(self, remote: RemoteGateway) -> None:
        self._remote = remote
        self._lock = threading.Lock()
        self._futures: set[Future[Any]] = set()

    def send(
        self,
        request: Request[Answer],
        context: RequestContext,
        timeout_s: float | None,
        still_online: Callable[[], bool],
    ) -> Answer:
        """Send and wait for the answer.

        :param still_online: asked once more after it is noted as in flight, so that no switch can miss it.
        :raises kassa.errors.Canceled: it was cut off.
        """
        future = self._remote.submit(request, context, timeout_s=timeout_s)
        with self._lock:
            self._futures.add(future)
        try:
            if not still_online():
                future.cancel()
            return future.result()
        except CancelledError as error:
            raise Canceled(_("The request was cut off."), reason="unreachable", where=request.NAME) from error
        finally:
            with self._lock:
                self._futures.discard(future)

    def cut(self) -> None:
        """Cut all of them off."""
        with self._lock:
            futures = list(self._futures)
        for future in futures:
            future.cancel()
