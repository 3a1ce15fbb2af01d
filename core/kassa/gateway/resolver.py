"""Name look-ups that cannot pile up: at most one thread a host, joined by everybody who asks meanwhile.

The system's look-up cannot be interrupted. In a shared pool, a few abandoned ones would block every later one; here
an abandoned look-up keeps its one thread, and the next request for that host waits for the same result.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Addresses = list[tuple[Any, ...]]
LookUp = Callable[..., Addresses]


class Resolver:
    """Looks names up for one event loop; put in the place of its ``getaddrinfo``.

    :param look_up: blocking, as :func:`socket.getaddrinfo`.
    """

    def __init__(self, look_up: LookUp = socket.getaddrinfo) -> None:
        self._look_up = look_up
        self._in_flight: dict[tuple[Any, ...], asyncio.Future[Addresses]] = {}

    async def getaddrinfo(
        self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Addresses:
        """The addresses of ``host``, as :meth:`asyncio.loop.getaddrinfo` gives them.

        :raises OSError: the name cannot be looked up.
        """
        question = (host, port, family, type, proto, flags)
        result = self._in_flight.get(question)
        if result is None:
            result = self._in_flight[question] = self._start(question)
        return await asyncio.shield(result)

    def _start(self, question: tuple[Any, ...]) -> asyncio.Future[Addresses]:
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Addresses] = loop.create_future()
        result.add_done_callback(lambda done: self._ended(question, done))

        def look_up() -> None:
            try:
                answer: Addresses | BaseException = self._look_up(*question)
            except BaseException as error:
                answer = error
            # A loop that has been closed meanwhile no longer wants it.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, result, answer)

        threading.Thread(target=look_up, name="kassa-look-up", daemon=True).start()
        return result

    def _ended(self, question: tuple[Any, ...], result: asyncio.Future[Addresses]) -> None:
        self._in_flight.pop(question, None)
        if not result.cancelled():
            result.exception()  # everybody who asked may have left: an error nobody takes is no news


def _settle(result: asyncio.Future[Addresses], answer: Addresses | BaseException) -> None:
    if result.done():
        return
    if isinstance(answer, BaseException):
        result.set_exception(answer)
    else:
        result.set_result(answer)
