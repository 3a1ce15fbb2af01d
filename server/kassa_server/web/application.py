"""The pages together, hung into the server under ``/headquarters``."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kassa.errors import KassaError
from kassa_server.channel import Channel
from kassa_server.headquarters.distribution import Distribution
from kassa_server.posting import Poster
from kassa_server.web.guard import Guard
from kassa_server.web.pages import ROUTES
from kassa_server.web.problems import on_http_error, on_kassa_error
from kassa_server.web.records.application import Records


def headquarters_routes(
    channel: Channel, distribution: Distribution | None, poster: Poster, ca_certificate: str | None
) -> list[BaseRoute]:
    """Headquarters' pages, and the way to them from the server's bare address.

    :param ca_certificate: PEM of the server's own CA, whose fingerprint activation codes carry.
    """
    pages = Starlette(
        routes=[
            *ROUTES,
            Mount("/records", Records(channel)),
            Mount("/static", StaticFiles(packages=[("kassa_server.web", "static")])),
        ],
        middleware=[Middleware(Guard, channel=channel)],
        exception_handlers={HTTPException: on_http_error, KassaError: on_kassa_error},
    )
    pages.state.channel = channel
    pages.state.distribution = distribution
    pages.state.poster = poster
    pages.state.ca_certificate = ca_certificate
    return [Route("/", _to_headquarters), Mount("/headquarters", pages)]


async def _to_headquarters(request: Request) -> Response:
    return RedirectResponse("/headquarters/")
