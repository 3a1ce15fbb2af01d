"""Tokens for programs that watch registers: for administrators."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.text import texts
from kassa_server.headquarters import monitoring
from kassa_server.headquarters.monitoring_routes import PATH
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.web.page import channel_of, field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


@needs(ADMINISTRATOR)
def listed(request: Request) -> Response:
    """All tokens; never what they are."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None, token: str | None = None) -> Response:
    with reading(request) as connection:
        found = monitoring.list_tokens(connection)
    address = f"{request.url.scheme}://{request.url.netloc}{PATH}"
    return render(request, "tokens.html", status, tokens=found, error=error, token=token, address=address)


@needs(ADMINISTRATOR)
def make(request: Request) -> Response:
    """A new one, shown on this page alone."""
    try:
        with writing(request) as connection:
            environment = channel_of(request).environment
            token = monitoring.make_token(connection, environment, field(request, "name"), by=user_of(request).name)
    except InvalidInput as error:
        return _page(request, 422, error)
    return _page(request, token=token)


@needs(ADMINISTRATOR)
def revoke(request: Request) -> Response:
    """Let one read nothing any more."""
    token_id = request.path_params["token_id"]
    with writing(request) as connection:
        monitoring.revoke_token(connection, channel_of(request).environment, token_id, by=user_of(request).name)
    return go(request, "/tokens", _("The token is revoked."))


ROUTES = [
    Route("/tokens", listed),
    Route("/tokens", make, methods=["POST"]),
    Route("/tokens/{token_id}/revoke", revoke, methods=["POST"]),
]
