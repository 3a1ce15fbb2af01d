"""Download and upload sessions: how each table group and each delivery stands, with rerun and cancel."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.text import Text, literal, texts
from kassa_server.headquarters import session_orders
from kassa_server.headquarters.session_list import download_sessions
from kassa_server.headquarters.table_group_words import table_group_name
from kassa_server.headquarters.upload_sessions import upload_sessions
from kassa_server.headquarters.users import MANAGER
from kassa_server.web.page import channel_of, field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """All sessions, or those of a register, or what has failed."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None) -> Response:
    register_id = request.query_params.get("register", "").strip()[:40]
    only_failed = request.query_params.get("failed") == "yes"
    with reading(request) as connection:
        downloads = download_sessions(connection, database_id=register_id or None)
        uploads = upload_sessions(connection, register_id=register_id or None)
    if only_failed:
        downloads = [one for one in downloads if one.failed]
        uploads = [one for one in uploads if one.state.endswith("failed")]
    return render(
        request, "sessions.html", status, downloads=downloads, uploads=uploads, register_id=register_id,
        only_failed=only_failed, state_name=state_name, group_name=table_group_name, error=error,
        may_change=user_of(request).may(MANAGER),
    )  # fmt: skip


@needs(MANAGER)
def ordered(request: Request) -> Response:
    """Rerun or cancel: the register hears of it with its next list."""
    register_id, group, what = request.path_params["register_id"], field(request, "group"), field(request, "what")
    environment, author = channel_of(request).environment, user_of(request).name
    try:
        with writing(request) as connection:
            if what == "rerun":
                session_orders.rerun(connection, environment, register_id, group, author=author)
                done = _("{register} tries again at its next contact.", register=literal(register_id))
            elif what == "cancel":
                session_orders.cancel(connection, environment, register_id, group, author=author)
                done = _("{register} leaves that package alone.", register=literal(register_id))
            else:
                raise InvalidInput(_("The form could not be read."))
    except KassaError as error:
        return _page(request, 422, error)
    return go(request, "/sessions", done)


def state_name(state: str) -> tuple[str, Text]:
    """A session's state in words, and how it looks."""
    return _STATES.get(state, ("", literal(state)))


_STATES: dict[str, tuple[str, Text]] = {
    "started": ("", _("Started")),
    "available": ("warn", _("Waits")),
    "requested": ("", _("Requested")),
    "downloaded": ("", _("Downloaded")),
    "uploaded": ("", _("Uploaded")),
    "applied": ("good", _("Applied")),
    "canceled": ("", _("Canceled")),
    "create_failed": ("bad", _("Not made")),
    "download_failed": ("bad", _("Download failed")),
    "upload_failed": ("bad", _("Upload failed")),
    "apply_failed": ("bad", _("Not applied")),
    "no_data": ("", _("No data")),
}

ROUTES = [Route("/sessions", listed), Route("/sessions/{register_id}", ordered, methods=["POST"])]
