"""The log of changes: who changed which row, when, from what to what.

It is the audit of master data, and deltas are made of it: what a package must carry is what was touched since the one
before. Values of columns marked *channel only* are never written here, only that they changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert, select

from kassa.packages.tables import CHANNEL_ONLY
from kassa.runtime.channel_records import key_of
from kassa.schema.groups import TABLE_GROUPS
from kassa_server.schema import change_log

LOGGED = frozenset(str(table.name) for group in TABLE_GROUPS for table in group.tables)
"""Tables whose rows are headquarters'. The store server's own (suspended sales) are not."""


@dataclass(frozen=True)
class Author:
    """Who makes changes now. ``origin``: web, cli, import or register."""

    name: str = ""
    origin: str = ""


_NOBODY = Author()
_author: ContextVar[Author] = ContextVar("author", default=_NOBODY)


@contextmanager
def changes_by(author: Author) -> Iterator[None]:
    """Changes within are this author's."""
    token = _author.set(author)
    try:
        yield
    finally:
        _author.reset(token)


@dataclass(frozen=True)
class Change:
    """A row that changes. ``row``: what is written, of a row that was there all of it; ``columns``: those whose values
    differ."""

    key: str
    action: str
    row: Mapping[str, Any]
    columns: tuple[str, ...]
    before: Mapping[str, Any] | None = None


def differences(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """What writing ``rows`` (at most as many as one ``IN`` takes) would change."""
    key = table.c[key_of(table)]
    statement = select(table).where(key.in_([str(row[key.name]) for row in rows]))
    stored = {str(row[key.name]): row for row in connection.execute(statement).mappings()}
    for row in rows:
        known = stored.get(str(row[key.name]))
        if known is None:
            yield Change(str(row[key.name]), "insert", row, tuple(row))
            continue
        changed = tuple(name for name, value in row.items() if known[name] != value and name != "row_version")
        if changed:
            before = {name: known[name] for name in changed}
            yield Change(str(row[key.name]), "update", {**known, **row}, changed, before)


def deletion(table: Table, row: Mapping[Any, Any]) -> Change:
    """A row that goes."""
    before = {name: value for name, value in row.items() if name != "row_version"}
    return Change(str(row[key_of(table)]), "delete", {}, (), before)


def log_changes(connection: Connection, table: Table, changes: Sequence[Change], versions: Sequence[int]) -> None:
    """Write changes to the log, each under its row version."""
    if table.name not in LOGGED:
        return
    author, now = _author.get(), datetime.now(UTC)
    secret = {column.name for column in table.columns if column.info.get(CHANNEL_ONLY)}
    rows = [
        {
            "version": version,
            "at": now,
            "author": author.name,
            "origin": author.origin,
            "table_name": table.name,
            "row_key": change.key,
            "action": change.action,
            "columns": _json([str(name) for name in change.columns]),
            "before": None if change.before is None else _told(change.before, secret),
            "after": None if change.action == "delete" else _told(change.row, secret, change.columns),
        }
        for change, version in zip(changes, versions, strict=True)
    ]
    connection.execute(insert(change_log), rows)


def _told(row: Mapping[str, Any], secret: set[str], columns: Sequence[str] | None = None) -> str:
    wanted = row if columns is None else columns
    return _json({str(name): row[name] for name in wanted if name not in secret and name != "row_version"})


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def touched(table: Table, key: str, row: Mapping[str, Any]) -> Change:
    """A row that stays as it is, but whose place has changed: another store has it now, or has it no more."""
    return Change(key, "update", row, ())
