"""sqladmin as a part of the pages, made when it is first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from kassa_server.channel import Channel

if TYPE_CHECKING:
    from sqladmin import Admin


class Records:
    """An ASGI application: the record pages."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._making = threading.Lock()
        self._made: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        made = await run_in_threadpool(self._make) if self._made is None else self._made
        await made(scope, receive, send)

    def _make(self) -> ASGIApp:
        with self._making:
            if self._made is None:
                self._made = make_records(self._channel)
            return self._made


def make_records(channel: Channel) -> Starlette:
    """The record pages on a database."""
    from sqladmin import Admin
    from sqladmin.templating import Jinja2Templates
    from sqlalchemy.orm import sessionmaker
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response

    from kassa_server.headquarters.record_tables import record_tables
    from kassa_server.web.problems import on_http_error, problem
    from kassa_server.web.records.views import view_of
    from kassa_server.web.rendering import make_templates

    class RecordAdmin(Admin):
        def init_templating_engine(self) -> Jinja2Templates:
            templates = Jinja2Templates("templates")
            templates.env = make_templates(enable_async=True)
            return templates

        @staticmethod
        def get_save_redirect_url(request: Request, form: Any, model_view: Any, obj: Any) -> str:
            if model_view.identity == "staff":
                return f"/headquarters/staff/{quote(obj.staff_id)}"
            return f"/headquarters/records/{model_view.identity}/list"

    def failed(request: Request, error: Exception) -> Response:
        return problem(request, 500)

    admin: Admin = RecordAdmin(Starlette(), session_maker=sessionmaker(bind=channel.reader), base_url="/records")
    for record in record_tables():
        admin.add_view(view_of(record))
    wanted = {"list", "create", "edit"}
    admin.admin.router.routes = [route for route in admin.admin.router.routes if getattr(route, "name", "") in wanted]
    admin.admin.exception_handlers = {HTTPException: on_http_error, Exception: failed}
    admin.admin.state.channel = channel
    return admin.admin
