"""Card payments without an answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.text import texts
from kassa_server.headquarters.card_payments import list_card_payments
from kassa_server.web.page import reading
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")

OUTCOMES = {
    None: ("warn", _("Not known")),
    "charged": ("bad", _("Charged: pay it back")),
    "taken_back": ("good", _("Nothing charged")),
    "paid_back": ("good", _("Paid back")),
}


def listed(request: Request) -> Response:
    """Each of them, with what became of it."""
    with reading(request) as connection:
        rows = list_card_payments(connection)
    return render(request, "card_payments.html", payments=rows, outcomes=OUTCOMES)


ROUTES = [Route("/card-payments", listed)]
