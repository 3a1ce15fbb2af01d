"""Register offline status: all registers on one page, and the same as JSON."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.text import Text, literal, texts
from kassa_server.headquarters.attention import data_is_old
from kassa_server.headquarters.offline_status import offline_status_json
from kassa_server.headquarters.registers import list_registers
from kassa_server.web.page import now_of, reading
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def shown(request: Request) -> Response:
    """Every register: its state, what waits in it, how old its data is, whether it would sell alone."""
    with reading(request) as connection:
        found = list_registers(connection, now_of(request))
    return render(
        request, "offline_status.html", registers=found, state_name=state_name, reason_name=reason_name,
        data_is_old=data_is_old,
    )  # fmt: skip


def as_json(request: Request) -> Response:
    """The same for programs that watch registers."""
    with reading(request) as connection:
        return Response(offline_status_json(connection, now_of(request)), media_type="application/json")


def state_name(state: str) -> tuple[str, Text]:
    """A register's state in words, and how it looks."""
    names = {
        "never": ("", _("Never heard of")),
        "silent": ("warn", _("No contact")),
        "online": ("good", _("Connected")),
        "offline": ("warn", _("Disconnected")),
    }
    return names.get(state, ("", literal(state)))


def reason_name(reason: str) -> Text:
    """Why a register is disconnected, in words."""
    names = {
        "unreachable": _("the store server could not be reached"),
        "timeout": _("the store server did not answer in time"),
        "server_error": _("the store server had a fault"),
        "not_trusted": _("the store server does not trust the device"),
        "degraded": _("the store server was slow"),
        "manual": _("disconnected by hand"),
        "starting": _("not connected yet"),
    }
    return names.get(reason, literal(reason))


ROUTES = [Route("/offline-status", shown), Route("/offline-status.json", as_json)]
