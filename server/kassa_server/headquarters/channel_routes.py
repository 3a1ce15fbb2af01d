"""The paths that store servers use, for an application that hosts headquarters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kassa_server.answering import Headers
from kassa_server.headquarters.channel_messages import CONFLICTS, JOIN, JOURNAL, PACKAGES, PARTS, SERIES
from kassa_server.headquarters.channel_server import ChannelServer

Work = Callable[[Headers, bytes], Response]
WithBody = Callable[[Request, Callable[[bytes], Response]], Awaitable[Response]]


def channel_routes(server: ChannelServer, with_body: WithBody, in_line: WithBody) -> list[BaseRoute]:
    """Routes under ``/v1/channel/``.

    :param with_body: reads a request's body, within its limit, and works on it on another thread.
    :param in_line: the same for what takes entries in: a few at a time.
    """
    served: dict[str, Work] = {
        JOIN: server.join,
        SERIES: server.series,
        JOURNAL: server.journal,
        PARTS: server.journal_part,
        CONFLICTS: server.conflicts,
        PACKAGES: server.lists,
    }
    fetching = Route(PACKAGES + "/{package_id}", _fetching(server), methods=["GET"])
    ways = {path: in_line if path in (JOURNAL, PARTS, CONFLICTS) else with_body for path in served}
    return [*(Route(path, _endpoint(work, ways[path]), methods=["POST"]) for path, work in served.items()), fetching]


def _fetching(server: ChannelServer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(server.package, request.path_params["package_id"], request.headers)

    return endpoint


def _endpoint(work: Work, with_body: WithBody) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await with_body(request, lambda body: work(request.headers, body))

    return endpoint
