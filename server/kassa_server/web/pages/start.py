"""The start page: what needs attention, how the latest day went, how the registers are."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa_server.headquarters.attention import needs_attention
from kassa_server.headquarters.offline_status import offline_statuses
from kassa_server.headquarters.sales_figures import latest_days
from kassa_server.web.page import now_of, reading
from kassa_server.web.rendering import render


def start(request: Request) -> Response:
    """At a glance."""
    now = now_of(request)
    with reading(request) as connection:
        return render(
            request,
            "start.html",
            attention=needs_attention(connection, now),
            days=latest_days(connection),
            statuses=offline_statuses(connection, now),
        )


ROUTES = [Route("/", start)]
