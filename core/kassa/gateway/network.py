"""The gateway's network: what httpcore connects, reads and writes through, noting it on the exchange it is for."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from kassa.gateway.exchange import CURRENT


class NotingStream(httpcore.AsyncNetworkStream):
    """A stream that tells the exchange of the running task what leaves and what comes."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        data = await self._stream.read(max_bytes, timeout)
        exchange = CURRENT.get()
        if data and exchange is not None:
            exchange.received = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        exchange = CURRENT.get()
        if buffer and exchange is not None:
            exchange.about_to_write()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        # What a handshake writes is not the request: it goes through the inner stream, unnoted.
        try:
            return NotingStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            # httpcore closes after an error, and forgets to when the handshake is cut off.
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class NotingBackend(httpcore.AsyncNetworkBackend):
    """Connects like httpcore's own backend, and notes that a connection is a fresh one."""

    def __init__(self) -> None:
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        exchange = CURRENT.get()
        if exchange is not None:
            exchange.fresh = True
        return NotingStream(
            await self._backend.connect_tcp(host, port, timeout, local_address, socket_options=socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)
