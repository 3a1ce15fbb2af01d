"""Customers who may be one person, and making them one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.text import literal, texts
from kassa_server.headquarters.customer_duplicates import possible_duplicates
from kassa_server.headquarters.customer_merge import merge_customers
from kassa_server.headquarters.users import MANAGER
from kassa_server.web.page import field, fields, go, needs, now_of, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")
SHARED = {"phone": _("Telephone"), "email": _("E-mail")}


def listed(request: Request) -> Response:
    """Each group of them."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None) -> Response:
    with reading(request) as connection:
        groups = possible_duplicates(connection)
    may_change = user_of(request).may(MANAGER)
    return render(request, "customers.html", status, groups=groups, shared=SHARED, error=error, may_change=may_change)


@needs(MANAGER)
def merged(request: Request) -> Response:
    """Those that were chosen become one with the one that stays, all of them or none."""
    kept, gone = field(request, "kept"), [number for number in fields(request, "gone") if number]
    gone = [number for number in gone if number != kept]
    sales = accounts = 0
    try:
        if not kept or not gone:
            raise InvalidInput(_("Choose who stays, and at least one other."), kept=_("Nothing was changed."))
        with writing(request) as connection:
            for number in gone:
                done = merge_customers(connection, kept, number, by=user_of(request).name, now=now_of(request))
                sales, accounts = sales + done.sales, accounts + done.accounts
    except KassaError as error:
        return _page(request, 422, error)
    return go(
        request,
        "/customers",
        _(
            "Merged into {number}: {sales} sales, {accounts} cards and accounts have moved.",
            number=literal(kept), sales=sales, accounts=accounts,
        ),
    )  # fmt: skip


ROUTES = [Route("/customers", listed), Route("/customers", merged, methods=["POST"])]
