"""sqladmin's views of the record tables: read by it, written by headquarters' own functions."""

from __future__ import annotations

import logging
import types
from functools import partial
from typing import Any, ClassVar

from sqladmin import ModelView
from sqladmin.helpers import get_object_identifier
from sqlalchemy import Connection, and_, func, or_, select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from kassa.errors import KassaError
from kassa.folding import fold
from kassa_server.headquarters.edits import check_stamp, stamp_of
from kassa_server.headquarters.record_choices import choices_for, suggestions_for
from kassa_server.headquarters.record_tables import RecordTable
from kassa_server.headquarters.records import put_record
from kassa_server.row_keys import row_key, rows_by_key
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import reading, user_of, visit_of, writing
from kassa_server.web.records.forms import form_of
from kassa_server.web.records.models import model_of
from kassa_server.web.rendering import page_context


class Refused(Exception):
    """What a service function refused, in the reader's words: sqladmin shows it above the form."""


class _Quiet(logging.Filter):
    """A refusal is no fault: sqladmin logs it with a traceback, which nobody needs."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], Refused))


logging.getLogger("sqladmin.application").addFilter(_Quiet())


class RecordView(ModelView):
    """A view of a record table."""

    record: ClassVar[RecordTable]
    page_size = 50
    can_export = False
    can_view_details = False
    list_template = "record_list.html"
    create_template = "record_form.html"
    edit_template = "record_form.html"

    async def list_context(self, request: Request) -> dict[str, Any]:
        """What the list's template knows besides the rows."""
        return self._context(request)

    async def create_context(self, request: Request) -> dict[str, Any]:
        """What the form's template knows besides the form."""
        return {**self._context(request), **await run_in_threadpool(self._offered, request), "obj": None}

    async def edit_context(self, request: Request) -> dict[str, Any]:
        """The same, of a row that is there."""
        offered = await run_in_threadpool(self._offered, request)
        return {**self._context(request), **offered, "stamp": partial(self._stamp, request)}

    async def get_object_for_edit(self, request: Request) -> Any:
        """The row; the stamp of what its form shows is kept with the request."""
        found = await super().get_object_for_edit(request)
        if found is not None:
            shown = self.record.shown({column.name: getattr(found, column.name) for column in self.record.columns})
            request.state.stamp = await run_in_threadpool(self._stamp_of, request, shown)
        return found

    def _offered(self, request: Request) -> dict[str, Any]:
        """What the form offers to choose from."""
        with reading(request) as connection:
            choices, suggestions = choices_for(connection, self.record), suggestions_for(connection, self.record)
        return {"choices": choices, "suggestions": suggestions}

    def _stamp_of(self, request: Request, shown: list[str]) -> str:
        with reading(request) as connection:
            return stamp_of(connection, shown)

    def _stamp(self, request: Request) -> str:
        return stamp_for(request, request.state.stamp, getattr(request.state, "refused", None))

    def _context(self, request: Request) -> dict[str, Any]:
        may_change = user_of(request).may(self.record.role)
        return {**page_context(request), "record": self.record, "may_change": may_change, "error": None}

    def is_accessible(self, request: Request) -> bool:
        """Everybody reads; who may change is the table's to say."""
        return request.method in ("GET", "HEAD") or user_of(request).may(self.record.role)

    def _stmt_by_identifier(self, identifier: str) -> Any:
        try:
            return super()._stmt_by_identifier(identifier)
        except (ValueError, TypeError) as error:  # no key of this table at all
            raise HTTPException(404) from error

    def search_query(self, stmt: Any, term: str) -> Any:
        """Rows that contain what was typed: in their folded words if they have any, else in any of their texts."""
        if "search_text" in self.record.table.c:
            return stmt.where(and_(*(self.record.table.c.search_text.contains(word) for word in fold(term).split())))
        texts = [one.column for one in self.record.columns if not (one.is_number or one.is_flag)]
        return stmt.where(or_(*(column.icontains(term, autoescape=True) for column in texts)))

    async def count(self, request: Request, stmt: Any = None) -> int:
        """How many rows there are in all, without putting them in order first, which SQL Server would refuse."""
        counted: Any = select(func.count()).select_from(self.record.table)
        term = request.query_params.get("search")
        return int((await self._run_query(self.search_query(counted, term) if term else counted))[0])

    async def insert_model(self, request: Request, data: dict[str, Any]) -> Any:
        """A new row."""
        return await run_in_threadpool(self._put, request, data, new=True)

    async def update_model(self, request: Request, pk: str, data: dict[str, Any]) -> Any:
        """Other values of a row, under the key that it has."""
        stored = await self.get_object_for_edit(request)
        keys = {str(column.name): getattr(stored, column.name) for column in self.record.table.primary_key.columns}
        return await run_in_threadpool(self._put, request, {**data, **keys}, new=False)

    async def delete_model(self, request: Request, pk: Any) -> None:
        """Never: records are deleted by :mod:`kassa_server.web.pages.records`."""
        raise NotImplementedError

    def identifier_of(self, row: Any) -> str:
        """The key of a row, as sqladmin has it in addresses."""
        return str(get_object_identifier(row))

    def key_of(self, row: Any) -> str:
        """The key of a row, as the log of changes has it."""
        columns = self.record.table.primary_key.columns
        return row_key(self.record.table, {column.name: getattr(row, column.name) for column in columns})

    def _put(self, request: Request, data: dict[str, Any], *, new: bool) -> Any:
        row = {column.name: data[column.name] for column in self.record.columns}
        try:
            with writing(request) as connection:
                if not new:
                    self._check(connection, request, row)
                put_record(connection, self.record.table, row, new=new)
        except KassaError as error:
            request.state.refused = error
            raise Refused(self._words(error, visit_of(request).language)) from error
        return self.model(**row)

    def _check(self, connection: Connection, request: Request, row: dict[str, Any]) -> None:
        """That nobody has changed the row since the form was shown."""
        key = row_key(self.record.table, row)
        there = next(iter(rows_by_key(connection, self.record.table, [key])), None)
        shown = [] if there is None else self.record.shown(there)
        check_stamp(connection, typed_stamp(request), shown, [(self.record.name, key)])

    def _words(self, error: KassaError, language: str) -> str:
        said = " ".join(part.words(language) for part in (error.what, error.hint) if part is not None)
        titles = {column.name: column.title.words(language) for column in self.record.columns}
        return f"{titles[error.where]}: {said}" if error.where in titles else said


def view_of(record: RecordTable) -> type[RecordView]:
    """The view of a table."""
    attributes: dict[str, Any] = {
        "record": record,
        "form": form_of(record),
        "column_list": [column.name for column in record.columns],
        "column_searchable_list": [one.name for one in record.columns if not (one.is_number or one.is_flag)],
        "column_sortable_list": [one.name for one in record.columns if not one.is_document],
        "column_default_sort": [(str(column.name), False) for column in record.table.primary_key.columns],
    }
    made: type[RecordView] = types.new_class(
        f"{record.name}_view", (RecordView,), {"model": model_of(record)}, lambda body: body.update(attributes)
    )
    made.identity = record.name
    return made
