"""Registers: the list, one register, a new one, *Support offline*, activation codes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from sqlalchemy import Connection, Row, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError, NotAllowed
from kassa.text import Text, literal, texts
from kassa.trust import ActivationCode, fingerprint_of
from kassa_server import audit
from kassa_server.activation import make_code
from kassa_server.headquarters.attention import data_is_old
from kassa_server.headquarters.change_list import WantedChanges, list_changes, list_events
from kassa_server.headquarters.edits import check_stamp, stamp_of
from kassa_server.headquarters.plugins.sets import reported
from kassa_server.headquarters.profiles import register_profile
from kassa_server.headquarters.registers import add_register, change_register, find_register, list_registers
from kassa_server.headquarters.store_servers import store_server_of
from kassa_server.headquarters.support_offline import set_support_offline
from kassa_server.headquarters.table_group_words import table_group_name
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.schema import store
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import channel_of, field, go, needs, now_of, reading, user_of, writing
from kassa_server.web.pages.offline_status import reason_name, state_name
from kassa_server.web.pages.sessions import state_name as session_state
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """Every register, by store."""
    with reading(request) as connection:
        found = list_registers(connection, now_of(request))
    return render(
        request, "registers.html", registers=found, state_name=state_name, data_is_old=data_is_old,
        may_change=user_of(request).may(ADMINISTRATOR),
    )  # fmt: skip


def shown(request: Request) -> Response:
    """One register with everything that belongs to it."""
    return _page(request)


def _page(request: Request, status: int = 200, **more: object) -> Response:
    register_id = request.path_params["register_id"]
    with reading(request) as connection:
        whole = find_register(connection, register_id, now_of(request))
        changes = list_changes(connection, WantedChanges(row_key=register_id), 10)
        events = list_events(connection, register_id=register_id, count=10)
        profile = register_profile(connection, register_id)
        address = _address(request, connection, register_id)
        current = stamp_of(connection, _named(whole.row))
        told = reported(connection, register_id).get(register_id)
    context: dict[str, object] = {"error": None, "code": None, "typed": whole.row, **more}
    return render(
        request, "register.html", status, whole=whole, row=whole.row, register=whole.status, changes=changes,
        events=events, profile=profile, state_name=state_name, reason_name=reason_name, group_name=table_group_name,
        session_state=session_state, database_state=database_state, origin=address, plugins_told=told,
        may_change=user_of(request).may(ADMINISTRATOR),
        stamp=stamp_for(request, current, cast("KassaError | None", context["error"])),
        **context,
    )  # fmt: skip


def _named(row: Row[Any]) -> list[str]:
    """What the form for name and receipts shows of a register."""
    return [row.name, row.receipt_mask]


@needs(ADMINISTRATOR)
def new(request: Request) -> Response:
    """The form for a new register."""
    return _new(request)


def _new(request: Request, status: int = 200, error: KassaError | None = None, **typed: str) -> Response:
    with reading(request) as connection:
        stores = connection.execute(select(store.c.store_id, store.c.name).order_by(store.c.name)).all()
    given = {"register_id": "", "store_id": "", "name": "", **typed}
    return render(request, "new_register.html", status, stores=stores, typed=given, error=error)


@needs(ADMINISTRATOR)
def add(request: Request) -> Response:
    """A new register with the usual plugins."""
    typed = {name: field(request, name)[:200] for name in ("register_id", "store_id", "name")}
    try:
        with writing(request) as connection:
            add_register(connection, typed["register_id"], typed["store_id"], typed["name"], now_of(request))
    except InvalidInput as error:
        return _new(request, 422, error, **typed)
    return go(
        request, f"/registers/{typed['register_id']}", _("Register {name} is there.", name=literal(typed["name"]))
    )


@needs(ADMINISTRATOR)
def changed(request: Request) -> Response:
    """Another name or form of receipt numbers."""
    register_id = request.path_params["register_id"]
    typed = {"name": field(request, "name")[:200], "receipt_mask": field(request, "receipt_mask")[:200]}
    try:
        with writing(request) as connection:
            there = find_register(connection, register_id, now_of(request)).row
            check_stamp(connection, typed_stamp(request), _named(there), [("register", register_id)])
            change_register(connection, register_id, typed["name"], typed["receipt_mask"])
    except (InvalidInput, NotAllowed) as error:
        return _page(request, 422, error=error, typed=typed)
    return go(request, f"/registers/{register_id}", _("Register {name} is changed.", name=literal(typed["name"])))


@needs(ADMINISTRATOR)
def support_offline(request: Request) -> Response:
    """Switch *Support offline*, in one step with the offline database's entity."""
    register_id, wanted = request.path_params["register_id"], field(request, "wanted")
    if wanted not in ("yes", "no"):
        raise InvalidInput(_("The form could not be read."))
    with writing(request) as connection:
        set_support_offline(connection, register_id, wanted == "yes", now_of(request))
    said = _("Support offline is on.") if wanted == "yes" else _("Support offline is off.")
    return go(request, f"/registers/{register_id}", said)


@needs(ADMINISTRATOR)
def activation_code(request: Request) -> Response:
    """A code that makes a device this register, shown on this page alone."""
    register_id, address = request.path_params["register_id"], field(request, "address").rstrip("/")
    ca: str | None = request.app.state.ca_certificate
    if not address.startswith(("http://", "https://")) or len(address) > 200 or any(sign in address for sign in "| "):
        refused = NotAllowed(_("The address of the store server is one such as {example}.",
                               example=literal("https://store.example:8440")))  # fmt: skip
        return _page(request, 422, error=refused)
    channel = channel_of(request)
    with writing(request) as connection:
        code = make_code(connection, channel.environment, register_id)
        serving = store_server_of(connection, register_id)
        audit.note(connection, "activation_code_made", now_of(request), register_id=register_id,
                   by=user_of(request).name)  # fmt: skip
    fingerprint = "" if ca is None else fingerprint_of(ca)
    made = ActivationCode(address, fingerprint if serving is None else serving.fingerprint, code)
    return _page(request, code=made)


def database_state(state: str) -> Text:
    """An offline database's state in words."""
    names = {"active": _("active"), "retiring": _("retiring: what waits in the register is awaited"),
             "retired": _("retired")}  # fmt: skip
    return names.get(state, literal(state))


def _address(request: Request, connection: Connection, register_id: str) -> str:
    """Where a register reaches its store server: one that has joined, else this one."""
    with suppress(NotAllowed):
        serving = store_server_of(connection, register_id)
        if serving is not None:
            return serving.address
    return f"{request.url.scheme}://{request.url.netloc}"


ROUTES = [
    Route("/registers", listed),
    Route("/new-register", new),
    Route("/new-register", add, methods=["POST"]),
    Route("/registers/{register_id}", shown),
    Route("/registers/{register_id}", changed, methods=["POST"]),
    Route("/registers/{register_id}/support-offline", support_offline, methods=["POST"]),
    Route("/registers/{register_id}/activation-code", activation_code, methods=["POST"]),
]
