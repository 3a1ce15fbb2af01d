"""Pages for what went wrong: what happened, what is kept, what to do. Never a traceback."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kassa.errors import SALE_KEPT, KassaError, Refusal
from kassa.text import Text, texts
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")

_KEPT = _("Nothing was changed.")


def problem(request: Request, status: int, error: KassaError | None = None, *, forged: bool = False) -> Response:
    """A page for a status, or for an error.

    :param forged: a form came without its token.
    """
    if request.url.path.endswith(".json"):
        return JSONResponse({"error": "failed" if error is None else error.code}, status)
    what, hint = (_FORGED if forged else _WORDS.get(status, _OTHER)) if error is None else (error.what, error.hint)
    kept = _KEPT if error is None or error.kept == SALE_KEPT else error.kept
    return render(request, "problem.html", status, what=what, kept=kept if status != 404 else None, hint=hint)


def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals."""
    assert isinstance(error, HTTPException)
    made = problem(request, error.status_code)
    for name, value in (error.headers or {}).items():
        made.headers[name] = value
    return made


def on_kassa_error(request: Request, error: Exception) -> Response:
    """What a service function refused, where the page has no better place to say it."""
    assert isinstance(error, KassaError)
    return problem(request, error.status if isinstance(error, Refusal) else 500, error)


_WORDS: dict[int, tuple[Text, Text]] = {
    400: (_("The form could not be read."), _("Go back and try again.")),
    403: (_("Your role does not allow this."), _("Ask an administrator of headquarters.")),
    404: (_("There is no such page."), _("It may have been moved or removed. Look for it in the menu.")),
    405: (_("There is no such page."), _("It may have been moved or removed. Look for it in the menu.")),
    413: (_("What was sent is too large."), _("Go back and send less.")),
    500: (_("Something went wrong at headquarters."), _("Try again in a while. Support finds the reason in the log.")),
}
_OTHER = (_("This cannot be done."), _("Go back and try again."))
_FORGED = (
    _("The page was too old, or did not come from here."),
    _("Go back, load the page again and send it once more."),
)
