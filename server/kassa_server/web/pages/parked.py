"""Parked entries: stored, and not posted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.text import texts
from kassa_server.headquarters.device_revocations import held_registers
from kassa_server.headquarters.parked_words import parked_words
from kassa_server.headquarters.users import ADMINISTRATOR, MANAGER
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
        held = held_registers(connection)
    may_change, may_accept = user_of(request).may(MANAGER), user_of(request).may(ADMINISTRATOR)
    return render(
        request,
        "parked.html",
        entries=entries,
        held=held,
        parked_words=parked_words,
        may_change=may_change,
        may_accept=may_accept,
    )


@needs(MANAGER)
def post_again(request: Request) -> Response:
    """Post them again, after their cause was repaired."""
    poster: Poster = request.app.state.poster
    done = poster.post_parked()
    return go(
        request, "/parked", _("Posted: {posted}. Still parked: {parked}.", posted=done.posted, parked=done.parked)
    )


@needs(ADMINISTRATOR)
def accept(request: Request) -> Response:
    """Post what a register's revoked devices have handed over."""
    poster: Poster = request.app.state.poster
    done = poster.post_accepted(request.path_params["register_id"], by=user_of(request).name)
    return go(
        request, "/parked", _("Posted: {posted}. Still parked: {parked}.", posted=done.posted, parked=done.parked)
    )


ROUTES = [
    Route("/parked", listed),
    Route("/parked", post_again, methods=["POST"]),
    Route("/parked/{register_id}/accept", accept, methods=["POST"]),
]
