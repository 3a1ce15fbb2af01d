"""The audit: who changed what, when, from what to what; and events."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa_server.headquarters.change_list import (
    PAGE,
    WantedChanges,
    changed_tables,
    event_kinds,
    list_changes,
    list_events,
)
from kassa_server.headquarters.event_words import event_words
from kassa_server.web.page import reading
from kassa_server.web.rendering import render


def listed(request: Request) -> Response:
    """Changes of master data, newest first."""
    asked = {name: request.query_params.get(name, "").strip()[:100] for name in ("table", "author", "key", "before")}
    before = int(asked["before"]) if asked["before"].isascii() and asked["before"].isdigit() else 0
    wanted = WantedChanges(asked["table"], asked["author"], asked["key"], min(before, 2**62))
    with reading(request) as connection:
        found, tables = list_changes(connection, wanted, PAGE + 1), changed_tables(connection)
    older = ""
    if len(found) > PAGE:
        given = {name: value for name, value in asked.items() if value}
        older = urlencode({**given, "before": found[PAGE - 1].version})
    return render(request, "changes.html", changes=found[:PAGE], asked=asked, tables=tables, older=older)


def events(request: Request) -> Response:
    """Events of the audit trail, newest first."""
    asked = {name: request.query_params.get(name, "").strip()[:100] for name in ("kind", "register")}
    with reading(request) as connection:
        found = list_events(connection, kind=asked["kind"], register_id=asked["register"], count=4 * PAGE)
        kinds = event_kinds(connection)
    return render(request, "events.html", events=found, asked=asked, kinds=kinds, event_words=event_words)


ROUTES = [Route("/changes", listed), Route("/events", events)]
