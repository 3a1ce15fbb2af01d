"""Deleting a record, which is asked again before it is done. Lists and forms are sqladmin's
(:mod:`kassa_server.web.records`)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import KassaError, NotFound
from kassa.text import texts
from kassa_server.headquarters.edits import check_stamp, stamp_of
from kassa_server.headquarters.record_tables import RecordTable, record_tables
from kassa_server.headquarters.records import delete_record
from kassa_server.headquarters.users import MANAGER
from kassa_server.row_keys import rows_by_key
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import field, go, needs, reading, user_of, writing
from kassa_server.web.problems import problem
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


@needs(MANAGER)
def ask(request: Request) -> Response:
    """What would be deleted."""
    return _page(request, request.query_params.get("key", ""))


@needs(MANAGER)
def delete(request: Request) -> Response:
    """Delete it."""
    record, key = _record(request), field(request, "key")
    if not user_of(request).may(record.role):
        return problem(request, 403)
    try:
        with writing(request) as connection:
            there = next(iter(rows_by_key(connection, record.table, [key])), None)
            if there is not None:
                check_stamp(connection, typed_stamp(request), record.shown(there), [(record.name, key)])
            delete_record(connection, record.table, key)
    except KassaError as error:
        return _page(request, key, 422, error)
    return go(request, f"/records/{record.name}/list", _("It is deleted."))


def _record(request: Request) -> RecordTable:
    for record in record_tables():
        if record.name == request.path_params["table"]:
            return record
    raise NotFound(_("There is no such page."))


def _page(request: Request, key: str, status: int = 200, error: KassaError | None = None) -> Response:
    record = _record(request)
    with reading(request) as connection:
        try:
            row = next(iter(rows_by_key(connection, record.table, [key])), None)
        except (ValueError, TypeError):  # not a key at all
            row = None
        current = "" if row is None else stamp_of(connection, record.shown(row))
    if row is None:
        raise NotFound(_("There is no such record any more."))
    return render(request, "record_delete.html", status, record=record, row=row, key=key, error=error,
                  stamp=stamp_for(request, current, error))  # fmt: skip


ROUTES = [
    Route("/records/{table}/delete", ask),
    Route("/records/{table}/delete", delete, methods=["POST"]),
]
