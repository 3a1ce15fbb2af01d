"""Headquarters' users: for administrators."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.text import Text, literal, texts
from kassa_server.headquarters import users
from kassa_server.headquarters.edits import Audited, check_stamp, stamp_of
from kassa_server.headquarters.users import ADMINISTRATOR, ROLES, role_name
from kassa_server.web.editing import typed_stamp
from kassa_server.web.page import channel_of, field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")
_CHANGES = ("user_role_set", "user_password_set", "user_blocked", "user_unblocked")


@needs(ADMINISTRATOR)
def listed(request: Request) -> Response:
    """All users, and a form for a new one."""
    return _page(request)


def _page(request: Request, status: int = 200, **more: object) -> Response:
    with reading(request) as connection:
        found = users.list_users(connection)
        stamps = {user.user_id: stamp_of(connection, users.shown_of(connection, user.user_id)) for user in found}
    roles = [(role, role_name(role)) for role in ROLES]
    context: dict[str, object] = {"error": None, "name": "", "role": "viewer", "shown": None, "typed": {}, **more}
    return render(
        request, "users.html", status, users=found, stamps=stamps, roles=roles, role_name=role_name, **context
    )


@needs(ADMINISTRATOR)
def add(request: Request) -> Response:
    """A new user with a password that is shown on this page alone."""
    environment = channel_of(request).environment
    name, role, password = field(request, "name"), field(request, "role"), users.new_password(environment)
    try:
        with writing(request) as connection:
            made = users.add_user(connection, environment, name, role, password, by=user_of(request).name)
    except InvalidInput as error:
        return _page(request, 422, error=error, name=name[:200], role=role)
    return _page(request, shown=(made.name, password))


@needs(ADMINISTRATOR)
def change(request: Request) -> Response:
    """Another role or password, blocked or not: what the button says."""
    user_id, what = request.path_params["user_id"], field(request, "what")
    environment, by = channel_of(request).environment, user_of(request).name
    password = users.new_password(environment)
    try:
        with writing(request) as connection:
            user = users.find_user(connection, user_id)
            told = Audited(_CHANGES, "user", user.name)
            check_stamp(connection, typed_stamp(request), users.shown_of(connection, user_id), audited=told)
            if what == "role":
                users.set_role(connection, environment, user_id, field(request, "role"), by=by)
            elif what == "password":
                users.set_password(connection, environment, user_id, password, by=by)
            elif what in ("block", "unblock"):
                users.set_blocked(connection, environment, user_id, what == "block", by=by)
            else:
                raise InvalidInput(_("The form could not be read."))
    except KassaError as error:
        typed = {user_id: field(request, "role")} if what == "role" else {}
        return _page(request, 422, error=error, typed=typed)
    if what == "password":
        return _page(request, shown=(user.name, password))
    return go(request, "/users", _done(what, user.name))


def _done(what: str, name: str) -> Text:
    said = {"role": _("{name} has another role.", name=literal(name)),
            "block": _("{name} is blocked.", name=literal(name)),
            "unblock": _("{name} may log on again.", name=literal(name))}  # fmt: skip
    return said.get(what, _("Done."))


ROUTES = [
    Route("/users", listed),
    Route("/users", add, methods=["POST"]),
    Route("/users/{user_id}", change, methods=["POST"]),
]
