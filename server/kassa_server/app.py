"""The store server as an ASGI application: the protocol's paths over :class:`kassa_server.server.StoreServer`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kassa.activation_proof import PATH as INTRODUCE
from kassa.environment import Environment
from kassa.errors import NotServed, TooLarge
from kassa.text import texts
from kassa.trust import CA_PATH
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_routes import channel_routes
from kassa_server.headquarters.channel_server import ChannelServer
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.monitoring_routes import monitoring_routes
from kassa_server.headquarters.package_files import DirectoryFiles, PackageFiles
from kassa_server.headquarters.schedules import Schedules
from kassa_server.health import health, health_token, may_know
from kassa_server.host import Host
from kassa_server.housekeeping import Housekeeping
from kassa_server.intake_line import IntakeLine
from kassa_server.joined.joined import Joined, JoinedSettings
from kassa_server.joined.own_rows import noting_own_row
from kassa_server.migrate import upgrade
from kassa_server.roles import Role
from kassa_server.server import StoreServer
from kassa_server.web.application import headquarters_routes

_, n_ = texts("kassa_server")
Work = Callable[[bytes], Response]
Run = Callable[[Work, bytes], Awaitable[Response]]

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a request's body: hundreds of times a register's batch. More is refused, and answered as a refusal, so that
a register does not try it for ever."""


def create_app(
    database: str,
    *,
    environment: Environment | None = None,
    folder: Path | None = None,
    ca_certificate: str | None = None,
    packages: Path | PackageFiles | None = None,
    schedules: bool = False,
    role: Role = Role.BOTH,
    joined: JoinedSettings | None = None,
) -> Starlette:
    """Store server and headquarters, on the channel database at ``database``, which is upgraded first.

    :param database: an SQLAlchemy URL.
    :param folder: the data directory, with the key that secrets are sealed with; None: where the SQLite file is.
    :param ca_certificate: PEM of the server's own CA, for registers to fetch at activation.
    :param packages: where data packages are, or the folder for them; None: none are made or served.
    :param schedules: distribution jobs run by themselves, as the schedules say; and housekeeping is done.
    :param role: whether both are served here, or one of them.
    :param joined: of a store server alone: its headquarters.
    """
    channel = Channel(database, environment, folder)
    upgrade(channel.engine)
    files = DirectoryFiles(packages) if isinstance(packages, Path) else packages
    distribution = None if files is None else Distribution(channel, files)
    side = None if joined is None else Joined(joined, channel)
    server = _store_server(channel, distribution, side)
    pages = headquarters_routes(channel, distribution, server.poster, ca_certificate)
    channel_server = ChannelServer(channel, server.poster, distribution)
    app = Starlette(
        routes=[
            *(_register_routes() if role.serves_registers else ()),
            *(channel_routes(channel_server, _with_body, _in_line) if role.is_headquarters else ()),
            Route(CA_PATH, _certificate_authority, methods=["GET"]),
            Route("/healthz", _health, methods=["GET"]),
            *(monitoring_routes(channel) if role.is_headquarters else ()),
            *(pages if role.is_headquarters else ()),
        ],
        exception_handlers={404: _not_served, 405: _not_served},
        lifespan=_lifespan,
    )
    app.state.server = server
    app.state.line = IntakeLine(channel.environment)
    app.state.ca_certificate = ca_certificate
    app.state.health_token = None if folder is None else health_token(folder, channel.environment)
    app.state.schedules = Schedules(distribution, channel) if distribution is not None and schedules else None
    app.state.distribution = distribution
    app.state.joined = side
    app.state.housekeeping = Housekeeping(channel) if schedules or side is not None else None
    return app


def _store_server(channel: Channel, distribution: Distribution | None, side: Joined | None) -> StoreServer:
    """One that has joined a headquarters elsewhere hands on its packages, and takes what it has said to take."""
    if side is None:
        return StoreServer(channel, distribution=distribution)
    server = StoreServer(channel, Host(channel, noting=noting_own_row), side.relay, side.database_id)
    server.on_delivery = side.new_entries
    server.on_unknown_code = side.something_unknown
    return server


def _register_routes() -> list[Route]:
    return [
        Route("/v1/requests/{name}", _answer_request, methods=["POST"]),
        Route("/v1/journal", _take_journal, methods=["POST"]),
        Route("/v1/journal/parts", _take_part, methods=["POST"]),
        Route("/v1/activate", _activate, methods=["POST"]),
        Route(INTRODUCE, _introduce, methods=["POST"]),
        Route("/v1/packages", _list_packages, methods=["POST"]),
        Route("/v1/packages/{package_id}", _fetch_package, methods=["GET"]),
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    server = _server(app)
    await run_in_threadpool(_post_what_was_left, server)
    schedules: Schedules | None = app.state.schedules
    distribution: Distribution | None = app.state.distribution
    if distribution is not None:
        await run_in_threadpool(distribution.take_up)
    if schedules is not None:
        await run_in_threadpool(schedules.start)
    joined: Joined | None = app.state.joined
    if joined is not None:
        joined.start()
    housekeeping: Housekeeping | None = app.state.housekeeping
    if housekeeping is not None:
        housekeeping.start()
    yield
    if housekeeping is not None:
        await run_in_threadpool(housekeeping.stop)
    if joined is not None:
        await run_in_threadpool(joined.stop)
    if schedules is not None:
        await run_in_threadpool(schedules.stop)
    if distribution is not None:
        await run_in_threadpool(distribution.stop)
    await run_in_threadpool(server.contacts.write)
    await run_in_threadpool(server.host.close)
    server.channel.close()


def _post_what_was_left(server: StoreServer) -> None:
    try:
        server.poster.post_waiting()
        server.poster.post_served()
    except SQLAlchemyError:
        server.log.exception("posting_waits")


def _server(app: Starlette) -> StoreServer:
    server: StoreServer = app.state.server
    return server


async def _body(request: Request) -> bytes | None:
    """The body; None if it is larger than :data:`LARGEST_BODY`, which is read to its end all the same so that the
    refusal gets through."""
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LARGEST_BODY:
            body += chunk
    return bytes(body) if size <= LARGEST_BODY else None


async def _answer_request(request: Request) -> Response:
    server, name = _server(request.app), request.path_params["name"]
    line: IntakeLine = request.app.state.line

    async def before_all(work: Work, body: bytes) -> Response:
        with line.before_all():
            return await run_in_threadpool(work, body)

    return await _with_body(
        request, lambda body: server.request(name, request.url.path, request.headers, body), before_all
    )


async def _take_journal(request: Request) -> Response:
    server = _server(request.app)
    return await _in_line(request, lambda body: server.journal(request.url.path, request.headers, body, LARGEST_BODY))


async def _take_part(request: Request) -> Response:
    server = _server(request.app)
    return await _in_line(
        request, lambda body: server.journal_part(request.url.path, request.headers, body, LARGEST_BODY)
    )


async def _activate(request: Request) -> Response:
    server = _server(request.app)
    return await _with_body(request, lambda body: server.activate(request.headers, body))


async def _introduce(request: Request) -> Response:
    server = _server(request.app)
    return await _with_body(request, lambda body: server.introduce(request.headers, body))


async def _list_packages(request: Request) -> Response:
    server = _server(request.app)
    return await _with_body(request, lambda body: server.package_list(request.url.path, request.headers, body))


async def _fetch_package(request: Request) -> Response:
    server, package_id = _server(request.app), request.path_params["package_id"]
    return await run_in_threadpool(server.package, package_id, request.url.path, request.headers)


async def _with_body(request: Request, work: Work, run: Run = run_in_threadpool) -> Response:
    """Work on the body when all of it is here: a slow line takes nobody's place."""
    try:
        body = await _body(request)
    except ClientDisconnect:
        return PlainTextResponse("", 400)
    if body is None:
        refusal = TooLarge(
            _("What the register sent is too large."), hint=_("Call support."), where=f"over {LARGEST_BODY} bytes"
        )
        return await run_in_threadpool(_server(request.app).refuse, refusal, request.headers)
    return await run(work, body)


async def _in_line(request: Request, work: Work) -> Response:
    """What takes entries in: behind those who came before, and not for ever."""
    line: IntakeLine = request.app.state.line

    async def in_its_turn(work: Work, body: bytes) -> Response:
        async with line.place() as free:
            return await run_in_threadpool(work, body) if free else line.later()

    return await _with_body(request, work, in_its_turn)


async def _not_served(request: Request, error: Exception) -> Response:
    refusal = NotServed(_("The store server does not serve this."), where=request.url.path)
    return await run_in_threadpool(_server(request.app).refuse, refusal, request.headers)


async def _certificate_authority(request: Request) -> Response:
    certificate = request.app.state.ca_certificate
    if certificate is None:
        return PlainTextResponse("", 404)
    return PlainTextResponse(certificate, media_type="application/x-pem-file")


async def _health(request: Request) -> Response:
    """For supervisors: a real query on the channel database; more for whoever shows the token."""
    shown = request.headers.get("authorization", "")
    figures = may_know(shown, request.app.state.health_token)
    if shown and not figures:
        return JSONResponse({"status": "not the token of this server"}, 401, {"WWW-Authenticate": "Bearer"})
    told, status = await run_in_threadpool(partial(health, _server(request.app).channel, figures=figures))
    return JSONResponse(told, status)
