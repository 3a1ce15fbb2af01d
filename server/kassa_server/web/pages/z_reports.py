"""Z reports: found by store, register and date, each beside the server's own sum; one with all that it says."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.shift_report_words import sections, title
from kassa.text import Text, texts
from kassa_server.headquarters.z_comparison import compare
from kassa_server.headquarters.z_reports import PAGE, WantedReports, find_report, list_reports, open_shifts, sums
from kassa_server.web.filters import places, typed_date
from kassa_server.web.page import reading
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")
_NAMES = ("store", "register", "first", "last", "before")
STATES = {"open": _("Open"), "suspended": _("Suspended"), "blind_closed": _("Blind closed")}


def listed(request: Request) -> Response:
    """Z reports, the latest first, and the shifts that are on none yet."""
    asked = {name: request.query_params.get(name, "").strip()[:100] for name in _NAMES}
    faults: dict[str, Text] = {}
    first, last = (typed_date(asked, name, faults) for name in ("first", "last"))
    wanted = WantedReports(asked["store"], asked["register"], first, last, asked["before"])
    with reading(request) as connection:
        found = [] if faults else list_reports(connection, wanted, PAGE + 1)
        shifts = open_shifts(connection, wanted)
        stores, registers = places(connection)
    older = ""
    if len(found) > PAGE:
        kept = {name: value for name, value in asked.items() if value}
        older = urlencode({**kept, "before": found[PAGE - 1].row.entry_id})
    return render(
        request, "z_reports.html", reports=found[:PAGE], sums=sums(found[:PAGE]), shifts=shifts, states=STATES,
        asked=asked, faults=faults, stores=stores, registers=registers, older=older,
    )  # fmt: skip


def shown(request: Request) -> Response:
    """One Z."""
    with reading(request) as connection:
        found = find_report(connection, request.path_params["entry_id"])
    return render(
        request, "z_report.html", row=found.row, title=title(found.report), sections=sections(found.report),
        compared=list(compare(found.report, found.own)), differences=found.differences,
    )  # fmt: skip


ROUTES = [Route("/z-reports", listed), Route("/z-reports/{entry_id}", shown)]
