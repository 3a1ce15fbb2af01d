"""Channel database groups: their stores, the databases that data packages are made for, the store servers."""

from __future__ import annotations

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.text import Text, literal, texts
from kassa.trust import ActivationCode, fingerprint_of
from kassa_server import audit
from kassa_server.headquarters.channel_codes import make_channel_code, revoke_store_server
from kassa_server.headquarters.database_groups import add_group, list_groups
from kassa_server.headquarters.databases import move_store, retire_channel_database
from kassa_server.headquarters.store_servers import joined_store_servers
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.schema import store
from kassa_server.web.page import channel_of, field, go, needs, now_of, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """All groups."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None, **more: object) -> Response:
    with reading(request) as connection:
        groups, servers = list_groups(connection), joined_store_servers(connection)
        stores = connection.execute(select(store.c.store_id, store.c.name).order_by(store.c.name)).all()
    context: dict[str, object] = {"code": None, **more}
    return render(
        request, "databases.html", status, groups=groups, servers=servers, stores=stores, error=error,
        database_state=database_state, server_state=server_state, may_change=user_of(request).may(ADMINISTRATOR),
        **context,
    )  # fmt: skip


@needs(ADMINISTRATOR)
def new_group(request: Request) -> Response:
    """A group without a store."""
    group_id, name = field(request, "group_id"), field(request, "name")
    try:
        with writing(request) as connection:
            add_group(connection, group_id, name)
    except InvalidInput as error:
        return _page(request, 422, error)
    return go(request, "/databases", _("Channel database group {group} is there.", group=literal(group_id)))


@needs(ADMINISTRATOR)
def moved(request: Request) -> Response:
    """Another group for a store."""
    store_id, group_id = field(request, "store_id"), field(request, "group_id")
    with writing(request) as connection:
        move_store(connection, store_id, group_id, now_of(request))
    said = _("Store {store} is in channel database group {group}. Its channel databases are loaded anew.",
             store=literal(store_id), group=literal(group_id))  # fmt: skip
    return go(request, "/databases", said)


@needs(ADMINISTRATOR)
def retired(request: Request) -> Response:
    """No data packages for a channel database any more."""
    database_id = request.path_params["database_id"]
    with writing(request) as connection:
        retire_channel_database(connection, database_id, now_of(request))
    return go(request, "/databases", _("Database {database} is retired.", database=literal(database_id)))


@needs(ADMINISTRATOR)
def code(request: Request) -> Response:
    """A code by which a machine becomes a store server, shown on this page alone."""
    channel, name, group_id = channel_of(request), field(request, "name"), field(request, "group_id")
    try:
        if not name or len(name) > 100 or not name.isprintable():
            raise InvalidInput(_("A store server needs a name of at most {count} characters.", count=100))
        with writing(request) as connection:
            made = make_channel_code(connection, channel.environment, name, group_id)
            audit.note(connection, "channel_code_made", now_of(request), group=group_id, by=user_of(request).name)
    except KassaError as error:
        return _page(request, 422, error)
    ca: str | None = request.app.state.ca_certificate
    address = f"{request.url.scheme}://{request.url.netloc}"
    return _page(request, code=ActivationCode(address, "" if ca is None else fingerprint_of(ca), made))


@needs(ADMINISTRATOR)
def revoked(request: Request) -> Response:
    """Nothing from a store server any more, and nothing to it."""
    with writing(request) as connection:
        revoke_store_server(connection, channel_of(request).environment, request.path_params["store_server_id"])
    return go(request, "/databases", _("The store server is revoked."))


def database_state(state: str) -> tuple[str, Text]:
    """A database's state in words, and how it looks."""
    names = {
        "active": ("good", _("Active")),
        "retiring": ("warn", _("Retiring: what waits in the register is awaited")),
        "retired": ("", _("Retired")),
    }
    return names.get(state, ("", literal(state)))


def server_state(state: str) -> tuple[str, Text]:
    """A store server's state in words, and how it looks."""
    names = {
        "active": ("good", _("Active")),
        "replaced": ("", _("Replaced")),
        "revoked": ("bad", _("Revoked")),
    }
    return names.get(state, ("", literal(state)))


ROUTES = [
    Route("/databases", listed),
    Route("/databases/groups", new_group, methods=["POST"]),
    Route("/databases/move", moved, methods=["POST"]),
    Route("/databases/store-server-code", code, methods=["POST"]),
    Route("/databases/{database_id}/retire", retired, methods=["POST"]),
    Route("/store-servers/{store_server_id}/revoke", revoked, methods=["POST"]),
]
