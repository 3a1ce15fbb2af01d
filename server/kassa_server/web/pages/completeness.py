"""Completeness: what is missing or contradicts, by register, series and receipt number; a register's certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.text import Text, literal, texts
from kassa_server.headquarters import completeness
from kassa_server.headquarters.proof.certificate_text import CANNOT_SHOW
from kassa_server.headquarters.proof.dates import read_days
from kassa_server.headquarters.proof.findings import LONGEST_NOTE, Finding
from kassa_server.headquarters.proof.period_certificate import certify_period
from kassa_server.headquarters.users import MANAGER
from kassa_server.schema import register
from kassa_server.web.page import field, go, needs, now_of, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")

LONGEST_LIST = 500


def listed(request: Request) -> Response:
    """Findings of all registers, or of one, or about a receipt."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None) -> Response:
    asked = {name: request.query_params.get(name, "").strip()[:100] for name in ("register", "receipt", "handled")}
    with reading(request) as connection:
        registers = _registers(connection)
        known = asked["register"] in {row.register_id for row in registers}
        found = completeness.findings(
            connection, now_of(request), register_id=asked["register"] if known else None,
            handled_too=asked["handled"] == "yes",
        )  # fmt: skip
    if asked["receipt"]:
        found = [one for one in found if any(asked["receipt"] in number for number in one.receipt_numbers)]
    return render(
        request, "completeness.html", status, findings=found[:LONGEST_LIST], count=len(found), asked=asked,
        registers=registers, error=error, **_shared(request),
    )  # fmt: skip


@needs(MANAGER)
def handled(request: Request) -> Response:
    """Somebody has looked into a finding, and says what it came to."""
    finding_id = request.path_params["finding_id"]
    try:
        with writing(request) as connection:
            author = user_of(request).name
            completeness.mark_handled(connection, finding_id, field(request, "note"), author, now_of(request))
    except KassaError as error:
        return _page(request, 422, error)
    return go(request, "/completeness", _("{finding}: handled. It stays listed.", finding=literal(finding_id)))


def certificate(request: Request) -> Response:
    """Is everything of a register in, what does it come to, and if not, what is missing."""
    register_id, typed = request.path_params["register_id"], request.query_params.get("period", "").strip()[:40]
    first, last, error = _days(typed)
    with reading(request) as connection:
        registers = _registers(connection)
        made = None if error else certify_period(connection, register_id, first, last, now_of(request))
    return render(
        request, "certificate.html", 422 if error else 200, certificate=made, register_id=register_id, typed=typed,
        registers=registers, cannot_show=CANNOT_SHOW, error=error, **_shared(request),
    )  # fmt: skip


def _days(typed: str) -> tuple[date | None, date | None, InvalidInput | None]:
    if not typed:
        return None, None, None
    try:
        return *read_days(typed), None
    except InvalidInput as error:
        return None, None, error


def _registers(connection: Connection) -> Sequence[Any]:
    return connection.execute(select(register.c.register_id, register.c.name).order_by(register.c.register_id)).all()


def _shared(request: Request) -> dict[str, object]:
    return {"may_change": user_of(request).may(MANAGER), "kind_look": kind_look, "longest_note": LONGEST_NOTE}


def kind_look(one: Finding) -> tuple[str, Text]:
    """How bad a finding is, and in a word."""
    if one.handled is not None:
        return "", _("Handled")
    if one.kind in ("unknown", "never_active", "clock", "parked", "missing"):
        return "warn", _("Look")
    return "bad", _("Fault")


ROUTES = [
    Route("/completeness", listed),
    Route("/completeness/{finding_id}", handled, methods=["POST"]),
    Route("/registers/{register_id}/certificate", certificate),
]
