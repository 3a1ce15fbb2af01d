"""The paths that store servers use, for an application that hosts headquarters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kassa_server.answering import Headers
from kassa_server.headquarters.channel_messages import CONFLICTS, JOIN, JOURNAL, SERIES
from kassa_server.headquarters.channel_server import ChannelServer

Work = Callable[[Headers, bytes], Response]
WithBody = Callable[[Request, Callable[[bytes], Response]], Awaitable[Response]]


def channel_routes(server: ChannelServer, with_body: WithBody) -> list[BaseRoute]:
    """Routes under ``/v1/channel/``.

    :param with_body: reads a request's body, within its limit, and works on it on another thread.
    """
    served: dict[str, Work] = {
        JOIN: server.join,
        SERIES: server.series,
        JOURNAL: server.journal,
        CONFLICTS: server.conflicts,
    }
    return [Route(path, _endpoint(work, with_body), methods=["POST"]) for path, work in served.items()]


def _endpoint(work: Work, with_body: WithBody) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await with_body(request, lambda body: work(request.headers, body))

    return endpoint
