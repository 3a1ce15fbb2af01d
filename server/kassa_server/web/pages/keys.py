"""The keys that sign lists: for administrators."""

from __future__ import annotations

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import KassaError
from kassa.text import literal, texts
from kassa_server.headquarters import keys
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.schema import headquarters_key
from kassa_server.web.page import channel_of, field, go, needs, reading, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


@needs(ADMINISTRATOR)
def listed(request: Request) -> Response:
    """All keys, newest first; never what they sign with."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None) -> Response:
    key = headquarters_key.c
    with reading(request) as connection:
        columns = select(key.key_id, key.purpose, key.made_at, key.revoked_at).order_by(key.purpose, key.made_at.desc())
        found = connection.execute(columns).all()
    newest = {one.purpose: one.key_id for one in reversed(found) if one.revoked_at is None}
    signing = set(newest.values())
    return render(request, "keys.html", status, keys=found, signing=signing, error=error)


@needs(ADMINISTRATOR)
def rotate(request: Request) -> Response:
    """A new key."""
    with writing(request) as connection:
        purpose = keys.PLUGINS if field(request, "purpose") == keys.PLUGINS else keys.LISTS
        made = keys.rotate_key(connection, channel_of(request).environment, purpose)
    return go(request, "/keys", _("Key {key} signs from now on.", key=literal(made)))


@needs(ADMINISTRATOR)
def revoke(request: Request) -> Response:
    """Trust a key no more."""
    key_id = request.path_params["key_id"]
    try:
        with writing(request) as connection:
            keys.revoke_key(connection, channel_of(request).environment, key_id)
    except KassaError as error:
        return _page(request, 422, error)
    return go(request, "/keys", _("Key {key} is revoked.", key=literal(key_id)))


ROUTES = [
    Route("/keys", listed),
    Route("/keys", rotate, methods=["POST"]),
    Route("/keys/{key_id}/revoke", revoke, methods=["POST"]),
]
