"""Log on, log off, one's own password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError, LoggedOnWrong
from kassa.text import texts
from kassa_server.headquarters import log_ons, users
from kassa_server.web.guard import log_on_cookie
from kassa_server.web.page import HOME, channel_of, field, go, reading, secret_field, user_of, visit_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def ask(request: Request) -> Response:
    """The log on form; how to make the first user, if there is none."""
    if visit_of(request).user is not None:
        return go(request, "/")
    return _form(request, request.query_params.get("next", ""))


def log_on(request: Request) -> Response:
    """Check name and password, and go where the user was going."""
    wanted = field(request, "next")
    name, password = field(request, "name"), secret_field(request, "password")
    try:
        token = log_ons.log_on(channel_of(request), name[:200], password[: users.LONGEST_PASSWORD + 1])
    except LoggedOnWrong as error:
        return _form(request, wanted, 401, error=error, name=name)
    response = RedirectResponse(HOME + safe_path(wanted), 303)
    response.headers.append("Set-Cookie", log_on_cookie(request, token))
    return response


def _form(
    request: Request, wanted: str, status: int = 200, error: KassaError | None = None, name: str = ""
) -> Response:
    with reading(request) as connection:
        nobody = not users.list_users(connection)
    return render(request, "log_on.html", status, next=safe_path(wanted), error=error, name=name, nobody=nobody)


def log_off(request: Request) -> Response:
    """Log off: the cookie is worth nothing from now on."""
    log_ons.log_off(channel_of(request), visit_of(request).token)
    response = RedirectResponse(f"{HOME}/log-on", 303)
    response.headers.append("Set-Cookie", log_on_cookie(request, None))
    return response


def safe_path(wanted: str) -> str:
    """A path within these pages, or the start page: never another site."""
    good = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if good and len(wanted) < 1000 else "/"


def password_form(request: Request) -> Response:
    """Change one's own password."""
    return render(request, "password.html", error=None)


def set_password(request: Request) -> Response:
    """Set it, if the old one is right; the user logs on again with the new one, everywhere."""
    user = user_of(request)
    old, new, again = (secret_field(request, name) for name in ("old", "new", "again"))
    try:
        log_ons.check_again(channel_of(request), user, old)
        if new != again:
            raise InvalidInput(_("The two new passwords differ."), kept=_("Nothing was changed."))
        with writing(request) as connection:
            users.set_password(connection, channel_of(request).environment, user.user_id, new, by=user.name)
    except (InvalidInput, LoggedOnWrong) as error:
        return render(request, "password.html", 422, error=error)
    response = RedirectResponse(f"{HOME}/log-on", 303)
    response.headers.append("Set-Cookie", log_on_cookie(request, None))
    return response


ROUTES = [
    Route("/log-on", ask),
    Route("/log-on", log_on, methods=["POST"]),
    Route("/log-off", log_off, methods=["POST"]),
    Route("/password", password_form),
    Route("/password", set_password, methods=["POST"]),
]
