"""What programs outside may read of headquarters: ``GET /v1/headquarters/offline-status`` with a token."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kassa_server.channel import Channel
from kassa_server.headquarters.monitoring import is_token
from kassa_server.headquarters.offline_status import offline_status_json

PATH = "/v1/headquarters/offline-status"


def monitoring_routes(channel: Channel) -> list[Route]:
    """The routes on a database."""

    async def offline_status(request: Request) -> Response:
        scheme, _space, shown = request.headers.get("authorization", "").partition(" ")
        token = shown.strip() if scheme.lower() == "bearer" else ""
        store_id = request.query_params.get("store")
        return await run_in_threadpool(_answer, channel, token, store_id)

    return [Route(PATH, offline_status, methods=["GET"])]


def _answer(channel: Channel, token: str, store_id: str | None) -> Response:
    now = channel.environment.clock.utc()
    if not is_token(channel, token, now):
        return JSONResponse({"error": "no_token"}, 401, {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
    with channel.reading() as connection:
        body = offline_status_json(connection, now, store_id=store_id)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
