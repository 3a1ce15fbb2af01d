"""Periods: which are closed, what came late, and closing one, with what stands against it."""

from __future__ import annotations

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import KassaError
from kassa.text import literal, texts
from kassa_server.headquarters.late_sales import late_sales
from kassa_server.headquarters.period import PeriodNotComplete, close_period, closed_periods
from kassa_server.headquarters.proof.dates import read_days
from kassa_server.headquarters.proof.findings import LONGEST_NOTE
from kassa_server.headquarters.users import MANAGER
from kassa_server.schema import store
from kassa_server.web.page import channel_of, field, go, needs, reading, user_of
from kassa_server.web.pages.completeness import kind_look
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """Closed periods, the latest first, each with the sales that came late."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None, **typed: str) -> Response:
    with reading(request) as connection:
        periods = [(one, late_sales(connection, one)) for one in closed_periods(connection)]
        stores = connection.execute(select(store.c.store_id, store.c.name).order_by(store.c.name)).all()
    given = {"store": "", "days": "", "reason": "", **typed}
    obstacles = error.obstacles if isinstance(error, PeriodNotComplete) else []
    return render(
        request, "periods.html", status, periods=periods, stores=stores, typed=given, error=error, obstacles=obstacles,
        may_close_anyway=isinstance(error, PeriodNotComplete) or bool(given["reason"]), kind_look=kind_look,
        may_change=user_of(request).may(MANAGER), longest_note=LONGEST_NOTE,
    )  # fmt: skip


@needs(MANAGER)
def close(request: Request) -> Response:
    """Close one; refused while a register still holds sales of it, or may, unless a reason is given."""
    typed = {name: field(request, name)[:LONGEST_NOTE] for name in ("store", "days", "reason")}
    anyway = field(request, "anyway") == "yes"
    try:
        first, last = read_days(typed["days"])
        closed = close_period(
            channel_of(request), typed["store"], first, last, author=user_of(request).name, anyway=anyway,
            reason=typed["reason"],
        )  # fmt: skip
    except KassaError as error:
        return _page(request, 422, error, **typed)
    span = literal(f"{closed.first} - {closed.last}")
    said = (
        _("{span} is closed: everything was in.", span=span)
        if closed.complete
        else _("{span} is closed although not everything was in; the reason stands with it.", span=span)
    )
    return go(request, "/periods", said)


ROUTES = [Route("/periods", listed), Route("/periods", close, methods=["POST"])]
