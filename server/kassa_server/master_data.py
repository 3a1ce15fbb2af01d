"""Writing master data: every changed row gets the next row version, and a deleted one leaves a tombstone.

Row versions are counted in one row of the database that is raised in the same transaction as the rows themselves. Its
lock is held until the transaction ends, so whoever gets a higher number has waited until the lower ones are committed
(or will never be). A reader that has seen version 7 can therefore go on after 7 for ever: nothing below it can still
turn up. A sequence or a clock would not do: it gives numbers before the commit, and a slow transaction with a small
number would be skipped by a reader that has already seen a greater one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select, update

from kassa.masterdata import upsert
from kassa.runtime.channel_records import key_of
from kassa.runtime.request import Row
from kassa.schema.master import tombstone
from kassa.schema.rules import LARGEST_IN
from kassa_server.headquarters.changes import Change, deletion, differences, log_changes, touched
from kassa_server.schema import row_counter

Part = TypeVar("Part")

_COUNTER = "row_version"


def next_versions(connection: Connection, count: int) -> range:
    """The next ``count`` row versions; other writers wait from here to the end of the transaction."""
    raised = connection.execute(
        update(row_counter).where(row_counter.c.name == _COUNTER).values(value=row_counter.c.value + count)
    )
    if not raised.rowcount:
        connection.execute(insert(row_counter).values(name=_COUNTER, value=count))
    last = connection.execute(select(row_counter.c.value).where(row_counter.c.name == _COUNTER)).scalar_one()
    return range(last - count + 1, last + 1)


def put_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert master data rows, or set the columns they carry, by primary key; each row that changes gets a new row
    version and its place in the log of changes. How many changed: a row that is there already as it is stays as it is.

    All rows carry the same columns. A row that comes back after it was deleted loses its tombstone.
    """
    changed = [change for part in _parts(list(rows)) for change in differences(connection, table, part)]
    if not changed:
        return 0
    versions = next_versions(connection, len(changed))
    numbered = [{**change.row, "row_version": version} for change, version in zip(changed, versions, strict=True)]
    for action in ("insert", "update"):
        of_kind = [row for row, change in zip(numbered, changed, strict=True) if change.action == action]
        if of_kind:
            upsert(connection, table, of_kind)
    _unbury(connection, table, [change.key for change in changed if change.action == "insert"])
    log_changes(connection, table, changed, versions)
    return len(changed)


def touch_row(connection: Connection, table: Table, key: str) -> None:
    """Give a row a new version as it is: which stores it belongs to has changed."""
    column = table.c[key_of(table)]
    row = connection.execute(select(table).where(column == key)).mappings().first()
    if row is not None:
        (version,) = next_versions(connection, 1)
        connection.execute(update(table).where(column == key).values(row_version=version))
        log_changes(connection, table, [touched(table, key, {})], [version])


def delete_rows(connection: Connection, table: Table, keys: Iterable[str]) -> int:
    """Delete master data rows by primary key, each with a tombstone; how many there were. Unknown keys are passed
    over."""
    gone: list[Change] = []
    for part in _parts(list(keys)):
        column = table.c[key_of(table)]
        found = connection.execute(select(table).where(column.in_(part)).order_by(column)).mappings().all()
        gone.extend(deletion(table, row) for row in found)
        connection.execute(delete(table).where(column.in_([row[column.name] for row in found])))
    if gone:
        versions = next_versions(connection, len(gone))
        stones = [
            {"table_name": table.name, "row_key": change.key, "row_version": version}
            for change, version in zip(gone, versions, strict=True)
        ]
        upsert(connection, tombstone, stones)
        log_changes(connection, table, gone, versions)
    return len(gone)


def _unbury(connection: Connection, table: Table, keys: list[str]) -> None:
    for part in _parts(keys):
        buried = (tombstone.c.table_name == table.name) & tombstone.c.row_key.in_(part)
        connection.execute(delete(tombstone).where(buried))


def _parts(all_of_them: list[Part]) -> Iterable[list[Part]]:
    return (all_of_them[start : start + LARGEST_IN] for start in range(0, len(all_of_them), LARGEST_IN))


def write_row(connection: Connection, table: Table, row: Row) -> None:
    """How a command's handler writes a row (:class:`kassa.runtime.channel_records.ChannelRecords`)."""
    put_rows(connection, table, [row])


def remove_row(connection: Connection, table: Table, key: str) -> None:
    """How a command's handler removes a row."""
    delete_rows(connection, table, [key])
