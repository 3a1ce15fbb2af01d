"""Parked entries: stored, and not posted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.text import texts
from kassa_server.headquarters.users import MANAGER
from kassa_server.posting import Poster
from kassa_server.schema import PARKED, journal_entry, parked_entry, series
from kassa_server.web.page import go, needs, reading, user_of
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """Every parked entry with its reason."""
    statement: Any = (
        select(parked_entry, journal_entry.c.sequence, journal_entry.c.kind, series.c.number, series.c.register_id)
        .join(journal_entry, journal_entry.c.entry_id == parked_entry.c.entry_id)
        .join(series, series.c.series_id == journal_entry.c.series_id)
        .where(journal_entry.c.posting == PARKED)
        .order_by(series.c.register_id, series.c.number, journal_entry.c.sequence)
        .limit(500)
    )
    with reading(request) as connection:
        entries = connection.execute(statement).all()
    return render(request, "parked.html", entries=entries, may_change=user_of(request).may(MANAGER))


@needs(MANAGER)
def post_again(request: Request) -> Response:
    """Post them again, after their cause was repaired."""
    poster: Poster = request.app.state.poster
    done = poster.post_parked()
    return go(
        request, "/parked", _("Posted: {posted}. Still parked: {parked}.", posted=done.posted, parked=done.parked)
    )


ROUTES = [Route("/parked", listed), Route("/parked", post_again, methods=["POST"])]
