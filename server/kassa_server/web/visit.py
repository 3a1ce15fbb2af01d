"""A visit: who asks for a page, in which language and time zone, and the token that its forms carry."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from starlette.requests import Request

from kassa.text import Text
from kassa_server.channel import Channel
from kassa_server.headquarters.log_ons import logged_on
from kassa_server.headquarters.users import User
from kassa_server.schema import store
from kassa_server.web.language import preferred

COOKIE = "kassa_headquarters"
"""The token of a user who is logged on."""
VISITOR_COOKIE = "kassa_headquarters_visitor"
"""A random token of somebody who is not yet, for the log on form's own CSRF token."""
CSRF_FIELD = "csrf_token"
_TOKEN_LENGTH = 64


@dataclass(frozen=True)
class Visit:
    """Who asks. ``token`` is what their cookie holds; never shown."""

    token: str
    language: str
    zone: tzinfo
    user: User | None = None
    notice: Text | None = None
    is_new: bool = False

    @property
    def csrf(self) -> str:
        """What the forms of this visit carry: made from the cookie, and worth nothing without it."""
        return hmac.digest(self.token.encode(), b"kassa headquarters form", "sha256").hex()

    def __repr__(self) -> str:
        return f"Visit(user={self.user!r})"


def visit_of(request: Request, channel: Channel) -> Visit:
    """Who asks, by their cookies. Somebody unknown gets a new token."""
    language = preferred(request.headers.get("accept-language"))
    zone = time_zone(channel)
    token = request.cookies.get(COOKIE, "")
    found = logged_on(channel, token) if len(token) == _TOKEN_LENGTH else None
    if found is not None:
        return Visit(token, language, zone, found.user, found.notice)
    token = request.cookies.get(VISITOR_COOKIE, "")
    if len(token) == _TOKEN_LENGTH:
        return Visit(token, language, zone)
    return Visit(channel.environment.random_bytes(_TOKEN_LENGTH // 2).hex(), language, zone, is_new=True)


def time_zone(channel: Channel) -> tzinfo:
    """The zone that pages write times in: that of the first store. A sale is shown in its own store's."""
    with channel.reading() as connection:
        name = connection.execute(select(store.c.timezone).order_by(store.c.store_id).limit(1)).scalar()
    return zone_named(name)


def zone_named(name: str | None) -> tzinfo:
    """A time zone by its name; UTC if there is none such."""
    try:
        return UTC if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
