"""The audit as a page shows it: changes of master data from what to what, and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from kassa.text import Text
from kassa_server.headquarters.event_words import event_words
from kassa_server.schema import audit, change_log

PAGE = 50
_LONGEST = 300


@dataclass(frozen=True)
class ChangeEntry:
    """A row that somebody changed. ``values``: each column with what it held and holds; None: it said nothing, or is
    never told."""

    version: int
    at: datetime
    author: str
    origin: str
    table_name: str
    row_key: str
    action: str
    values: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True)
class WantedChanges:
    """Which changes. Empty: all. ``before``: those before that version, for the next page."""

    table_name: str = ""
    author: str = ""
    row_key: str = ""
    before: int = 0


def list_changes(connection: Connection, wanted: WantedChanges, count: int = PAGE) -> list[ChangeEntry]:
    """Changes, newest first."""
    log = change_log.c
    statement = select(change_log).order_by(log.version.desc()).limit(count)
    for column, value in (
        (log.table_name, wanted.table_name),
        (log.author, wanted.author),
        (log.row_key, wanted.row_key),
    ):
        if value:
            statement = statement.where(column == value)
    if wanted.before:
        statement = statement.where(log.version < wanted.before)
    return [as_entry(row) for row in connection.execute(statement)]


def changed_tables(connection: Connection) -> list[str]:
    """The tables that changes are known of."""
    log = change_log.c
    return list(connection.execute(select(log.table_name).distinct().order_by(log.table_name)).scalars())


@dataclass(frozen=True)
class Event:
    """Something that happened. ``values``: what is known of it, by name."""

    at: datetime
    what: Text
    register_id: str | None
    staff_id: str | None
    values: tuple[tuple[str, str], ...]


def list_events(connection: Connection, *, kind: str = "", register_id: str = "", count: int = PAGE) -> list[Event]:
    """Events of the audit trail, newest first."""
    statement = select(audit).order_by(audit.c.at.desc(), audit.c.audit_id.desc()).limit(count)
    if kind:
        statement = statement.where(audit.c.kind == kind)
    if register_id:
        statement = statement.where(audit.c.register_id == register_id)
    return [_as_event(row) for row in connection.execute(statement)]


def _as_event(row: Row[Any]) -> Event:
    told = _decoded(row.detail)
    values = tuple((name, _shown(told, name) or "–") for name in told)
    return Event(row.at, event_words(row.kind), row.register_id, row.staff_id, values)


def event_kinds(connection: Connection) -> list[str]:
    """The kinds of events that there are."""
    return list(connection.execute(select(audit.c.kind).distinct().order_by(audit.c.kind)).scalars())


def as_entry(row: Row[Any]) -> ChangeEntry:
    """A row of the log as people read it."""
    before, after = _decoded(row.before), _decoded(row.after)
    columns = msgspec.json.decode(row.columns, type=list[str]) or list(before)
    values = tuple((name, _shown(before, name), _shown(after, name)) for name in columns if name != "row_version")
    return ChangeEntry(row.version, row.at, row.author, row.origin, row.table_name, row.row_key, row.action, values)


def _decoded(document: str | None) -> dict[str, Any]:
    return {} if document is None else msgspec.json.decode(document, type=dict[str, Any])


def _shown(row: dict[str, Any], name: str) -> str | None:
    if name not in row or row[name] is None:
        return None
    value = row[name]
    words = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return words if len(words) <= _LONGEST else words[:_LONGEST] + "…"
