"""Stands before every page: nothing under ``/headquarters/`` is reached past it.

It knows who asks, sends somebody unknown to log on, lets only managers and administrators change anything, refuses a
form without its CSRF token, and puts the security headers on every answer. What a single page needs besides is said
at the page (:func:`kassa_server.web.page.needs`).
"""

from __future__ import annotations

import hmac
from urllib.parse import quote

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kassa_server.channel import Channel
from kassa_server.headquarters.log_ons import set_notice
from kassa_server.headquarters.users import MANAGER
from kassa_server.web.problems import problem
from kassa_server.web.visit import COOKIE, CSRF_FIELD, VISITOR_COOKIE, Visit, visit_of

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
LARGEST_FORM = 1024 * 1024
"""Bytes of a form."""
LARGEST_WHEEL = 32 * 1024 * 1024
"""Bytes of the form that a plugin's wheel comes in."""
_WHEELS = "/plugins"
LOG_ON = "/log-on"
_STATIC = "/static/"
_EVERYBODYS = frozenset({LOG_ON, "/log-off", "/password"})
"""What a viewer may send too."""
_METHODS = frozenset({"GET", "HEAD", "POST"})
_READING = frozenset({"GET", "HEAD"})


class Guard:
    """ASGI middleware around the pages."""

    def __init__(self, app: ASGIApp, channel: Channel) -> None:
        self._app = app
        self._channel = channel
        self._log = structlog.get_logger("kassa.headquarters")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = _Answer(send, secure=scope["scheme"] == "https")
        request = Request(scope, receive)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        answer.cached = path.startswith(_STATIC)
        try:
            if answer.cached:
                await self._app(scope, receive, answer)
                return
            visit = await run_in_threadpool(visit_of, request, self._channel)
            scope.setdefault("state", {})["visit"] = visit
            answer.visit = visit
            refused, body = await self._admit(request, visit, path)
            if refused is not None:
                await refused(scope, receive, answer)
                return
            if visit.notice is not None:
                await run_in_threadpool(set_notice, self._channel, visit.token, None)
            await self._app(scope, receive if body is None else _replay(body), answer)
        except ClientDisconnect:
            return
        except Exception:
            self._log.exception("page_failed", path=path[:200])
            if answer.started:
                return
            await problem(request, 500)(scope, receive, answer)
        finally:
            form: FormData | None = scope.get("state", {}).get("form")
            if form is not None:
                await form.close()

    async def _admit(self, request: Request, visit: Visit, path: str) -> tuple[Response | None, bytes | None]:
        """A refusal, or the body of a form that may pass."""
        if "\0" in path or "%00" in request.url.query:
            return problem(request, 404), None
        reading = request.method in _READING
        if request.method not in _METHODS:
            return problem(request, 405), None
        if visit.user is None and path != LOG_ON:
            return self._ask_to_log_on(request, path, reading), None
        if reading:
            return None, None
        body = await _read(request, LARGEST_WHEEL if path == _WHEELS else LARGEST_FORM)
        if body is None:
            return problem(request, 413), None
        try:
            form = await Request(request.scope, _replay(body)).form()
        except HTTPException:
            return problem(request, 400), None
        request.scope["state"]["form"] = form
        if any("\0" in value for value in form.values() if isinstance(value, str)):
            return problem(request, 400), None
        if not self._has_token(request, form, visit):
            return problem(request, 403, forged=True), None
        if visit.user is not None and path not in _EVERYBODYS and not visit.user.may(MANAGER):
            return problem(request, 403), None
        return None, body

    def _ask_to_log_on(self, request: Request, path: str, reading: bool) -> Response:
        if request.headers.get("accept", "").startswith("application/json") or path.endswith(".json"):
            return JSONResponse({"error": "not_logged_on"}, 401)
        there = request.scope.get("root_path", "") + LOG_ON
        if reading and path not in ("", "/"):
            wanted = path + (f"?{request.url.query}" if request.url.query else "")
            there += f"?next={quote(wanted)}"
        return RedirectResponse(there, 303)

    def _has_token(self, request: Request, form: FormData, visit: Visit) -> bool:
        shown = form.get(CSRF_FIELD, "")
        return isinstance(shown, str) and hmac.compare_digest(shown.encode(), visit.csrf.encode())


class _Answer:
    """Sends an answer on with the headers that every page has."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self.started = False
        self.cached = False
        self.visit: Visit | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers["Cache-Control"] = "public, max-age=31536000, immutable" if self.cached else "no-store"
            if self._secure:
                headers["Strict-Transport-Security"] = "max-age=31536000"
            if self.visit is not None and self.visit.is_new:
                headers.append("Set-Cookie", cookie(VISITOR_COOKIE, self.visit.token, secure=self._secure))
        await self._send(message)


def cookie(name: str, value: str, *, secure: bool, gone: bool = False) -> str:
    """A cookie for these pages alone, that no script reads and no other site sends."""
    parts = [f"{name}={value}", "Path=/headquarters", "HttpOnly", "SameSite=Strict"]
    parts += ["Secure"] if secure else []
    parts += ["Max-Age=0"] if gone else []
    return "; ".join(parts)


def log_on_cookie(request: Request, token: str | None) -> str:
    """The cookie of a user who is logged on; None: no more."""
    return cookie(COOKIE, token or "", secure=request.url.scheme == "https", gone=token is None)


async def _read(request: Request, largest: int) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        if len(body) <= largest:
            body += chunk
    return bytes(body) if len(body) <= largest else None


def _replay(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
