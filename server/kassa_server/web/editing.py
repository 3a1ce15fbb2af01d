"""The stamp in a form: what the page showed when it was made (:mod:`kassa_server.headquarters.edits`)."""

from __future__ import annotations

from starlette.requests import Request

from kassa_server.headquarters.edits import ChangedMeanwhile
from kassa_server.web.page import field

STAMP = "stamp"


def typed_stamp(request: Request) -> str:
    """The stamp of the form that was sent; empty if it carries none."""
    return field(request, STAMP)[:100] if request.method == "POST" else ""


def stamp_for(request: Request, current: str, error: BaseException | None = None) -> str:
    """The stamp of the form that is shown now: of what is there now, if the reader sees or has been told of it; the one
    that was sent, where the form comes back for another reason."""
    sent = typed_stamp(request)
    return current if not sent or isinstance(error, ChangedMeanwhile) else sent
