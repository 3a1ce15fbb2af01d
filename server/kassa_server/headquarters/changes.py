"""The log of changes: who changed which row, when, from what to what.

It is the audit of everything that headquarters says, and deltas are made of it: what a package must carry is what was
touched since the one before. Values of columns marked *channel only* are never written here, only that they changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert

from kassa.schema.columns import CHANNEL_ONLY, COUNTED_HERE
from kassa_server.channel import clock_of
from kassa_server.row_keys import row_key, rows_by_key
from kassa_server.schema import change_log

NOT_LOGGED = frozenset({"suspended_sale", "coupon_use", "tender_account_entry"})
"""The store server's own rows, which are nobody's decision at headquarters."""


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


def current_author() -> Author:
    """Whose changes these are."""
    return _author.get()


@dataclass(frozen=True)
class Change:
    """A row that changes. ``row``: what is written, of a row that was there all of it; ``columns``: those whose values
    differ, none if only its place has changed; ``store_id``: the store whose row it is, empty if of no one store."""

    key: str
    action: str
    row: Mapping[str, Any]
    columns: tuple[str, ...]
    before: Mapping[str, Any] | None = None
    store_id: str = ""


def differences(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], store_id: str | None = None
) -> Iterator[Change]:
    """What writing ``rows`` would change. A row that comes to another store is gone from the one before."""
    stored = {row_key(table, row): row for row in rows_by_key(connection, table, [row_key(table, row) for row in rows])}
    for row in rows:
        key, known = row_key(table, row), stored.get(row_key(table, row))
        place = _store_of(row if known is None else {**known, **row}, store_id)
        if known is None:
            yield Change(key, "insert", row, tuple(row), store_id=place)
            continue
        changed = tuple(name for name, value in row.items() if known[name] != value and _is_told(table, name))
        if changed:
            before = {name: known[name] for name in changed}
            yield Change(key, "update", {**known, **row}, changed, before, place)
        if "store_id" in changed:
            yield touched(key, _store_of(known, None))


def deletion(table: Table, row: Mapping[Any, Any], store_id: str | None = None) -> Change:
    """A row that goes."""
    before = {name: value for name, value in row.items() if _is_told(table, name)}
    return Change(row_key(table, row), "delete", {}, (), before, _store_of(row, store_id))


def touched(key: str, store_id: str = "") -> Change:
    """A row that stays as it is, but whose place has changed: a store has it now, or has it no more."""
    return Change(key, "update", {}, (), store_id=store_id)


def log_changes(connection: Connection, table: Table, changes: Sequence[Change], versions: Sequence[int]) -> None:
    """Write changes to the log, each under its row version."""
    if table.name in NOT_LOGGED:
        return
    author, now = _author.get(), clock_of(connection).utc()
    secret = {column.name for column in table.columns if column.info.get(CHANNEL_ONLY)}
    rows = [
        {
            "version": version,
            "at": now,
            "author": author.name,
            "origin": author.origin,
            "table_name": table.name,
            "row_key": change.key,
            "store_id": change.store_id,
            "action": change.action,
            "columns": _json([str(name) for name in change.columns]),
            "before": None if change.before is None else _told(table, change.before, secret),
            "after": None if change.action == "delete" else _told(table, change.row, secret, change.columns),
        }
        for change, version in zip(changes, versions, strict=True)
    ]
    connection.execute(insert(change_log), rows)


def _store_of(row: Mapping[Any, Any], store_id: str | None) -> str:
    return str(row.get("store_id", "")) if store_id is None else store_id


def _is_told(table: Table, name: str) -> bool:
    return not table.c[name].info.get(COUNTED_HERE)


def _told(table: Table, row: Mapping[str, Any], secret: set[str], columns: Sequence[str] | None = None) -> str:
    wanted = row if columns is None else columns
    return _json({str(name): row[name] for name in wanted if name not in secret and _is_told(table, name)})


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
