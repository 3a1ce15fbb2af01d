"""Sales: found by store, register, date and receipt number; one with everything that belongs to it."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.text import Text, texts
from kassa_server.headquarters.sales_figures import PAGE, Wanted, find_sale, list_sales
from kassa_server.web.filters import places, typed_date
from kassa_server.web.page import reading
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """Sales, newest first."""
    asked = {name: request.query_params.get(name, "").strip()[:100] for name in _NAMES}
    faults: dict[str, Text] = {}
    wanted = Wanted(
        asked["store"], asked["register"], asked["receipt"], typed_date(asked, "first", faults),
        typed_date(asked, "last", faults), asked["before"],
    )  # fmt: skip
    with reading(request) as connection:
        found = [] if faults else list_sales(connection, wanted, PAGE + 1)
        stores, registers = places(connection)
    older = ""
    if len(found) > PAGE:
        older = urlencode({**{name: value for name, value in asked.items() if value}, "before": found[PAGE - 1][0]})
    return render(
        request, "sales.html", sales=found[:PAGE], asked=asked, faults=faults, stores=stores, registers=registers,
        older=older,
    )  # fmt: skip


_NAMES = ("store", "register", "receipt", "first", "last", "before")


def shown(request: Request) -> Response:
    """One sale, with times as its store's clock had them."""
    with reading(request) as connection:
        found = find_sale(connection, request.path_params["transaction_id"])
    return render(request, "sale.html", **{one.name: getattr(found, one.name) for one in dataclasses.fields(found)})


ROUTES = [Route("/sales", listed), Route("/sales/{transaction_id}", shown)]
