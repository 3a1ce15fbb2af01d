"""httpx over a pool of connections of the gateway's own: noted streams, no proxy, no limit that stuck requests fill."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpcore
import httpx

from kassa.gateway.network import NotingBackend

IDLE_CONNECTIONS = 8
IDLE_S = 120.0
"""How long an idle connection is kept, in seconds: over the poll that comes once a minute."""


class PoolTransport(httpx.AsyncBaseTransport):
    """Carries httpx requests through httpcore. Errors are httpcore's and the operating system's own.

    :param trust: verifies the store server's certificate; None where the address is plain HTTP.
    """

    def __init__(self, trust: ssl.SSLContext | None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust,
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_S,
            network_backend=NotingBackend(),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=cast(AsyncIterable[bytes], request.stream),
                extensions={},
            )
        )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    async def drop_idle(self) -> None:
        """Close the connections that nobody uses: the next request gets a fresh one."""
        for connection in self._pool.connections:
            if connection.is_idle():
                await connection.aclose()

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


def open_client(transport: PoolTransport) -> httpx.AsyncClient:
    """A client that follows no redirect, keeps no cookie, asks no proxy and has no time limits of its own."""
    return httpx.AsyncClient(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        timeout=None,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "kassa", "Accept-Encoding": "identity"},
    )
