"""Writing what headquarters says: every changed row gets the next row version, and a deleted one leaves a tombstone.

Row versions are counted in one row of the database that is raised in the same transaction as the rows themselves. Its
lock is held until the transaction ends, so whoever gets a higher number has waited until the lower ones are committed
(or will never be). A reader that has seen version 7 can therefore go on after 7 for ever: nothing below it can still
turn up. A sequence or a clock would not do: it gives numbers before the commit, and a slow transaction with a small
number would be skipped by a reader that has already seen a greater one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from kassa.masterdata import upsert
from kassa.schema.master import tombstone
from kassa.schema.rules import LARGEST_IN
from kassa_server.channel import lock_row
from kassa_server.headquarters.changes import deletion, differences, log_changes, touched
from kassa_server.row_keys import deleting, row_key, rows_by_key, with_key
from kassa_server.schema import row_counter

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


def put_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, store_id: str | None = None
) -> int:
    """Insert rows, or set the columns they carry, by primary key; each row that changes gets a new row version and its
    place in the log of changes. How many changed: a row that is there already as it is stays as it is.

    All rows carry the same columns. A row that comes back after it was deleted loses its tombstone.

    :param store_id: the store whose rows they are, where the table has no such column.
    """
    _hold(connection)
    changed = list(differences(connection, table, rows, store_id))
    if not changed:
        return 0
    versions = next_versions(connection, len(changed))
    counted = "row_version" in table.c
    numbered = [
        {**change.row, "row_version": version} if counted else dict(change.row)
        for change, version in zip(changed, versions, strict=True)
    ]
    for action in ("insert", "update"):
        of_kind = [
            row for row, change in zip(numbered, changed, strict=True) if change.action == action and change.columns
        ]
        if of_kind:
            upsert(connection, table, of_kind)
    if counted:
        _unbury(connection, table, [change.key for change in changed if change.action == "insert"])
    log_changes(connection, table, changed, versions)
    return sum(1 for change in changed if change.columns)


def replace_rows(
    connection: Connection,
    table: Table,
    within: ColumnElement[bool],
    rows: Sequence[Mapping[str, Any]],
    *,
    store_id: str | None = None,
) -> int:
    """Make ``rows`` all that there is ``within`` a condition: what differs is written, what is not among them deleted.
    How many changed."""
    _hold(connection)
    wanted = {row_key(table, row) for row in rows}
    stored = connection.execute(select(table).where(within)).mappings()
    gone = [key for key in (row_key(table, row) for row in stored) if key not in wanted]
    changed = delete_rows(connection, table, gone, store_id=store_id)
    return changed + (put_rows(connection, table, rows, store_id=store_id) if rows else 0)


def touch_row(connection: Connection, table: Table, key: str, store_id: str = "") -> None:
    """Give a row a new version as it is: a store has it from now on, or has it no more.

    :param store_id: that store.
    """
    (version,) = next_versions(connection, 1)
    if "row_version" in table.c:
        connection.execute(update(table).where(with_key(table, key)).values(row_version=version))
    log_changes(connection, table, [touched(key, store_id)], [version])


def delete_rows(connection: Connection, table: Table, keys: Iterable[str], *, store_id: str | None = None) -> int:
    """Delete rows by primary key (:mod:`kassa_server.row_keys`), each with its place in the log, and, of master data,
    a tombstone; how many there were. Unknown keys are passed over."""
    _hold(connection)
    gone = [deletion(table, row, store_id) for row in rows_by_key(connection, table, list(keys))]
    if gone:
        versions = next_versions(connection, len(gone))
        connection.execute(*deleting(table, [change.key for change in gone]))
        if "row_version" in table.c:
            stones = [
                {"table_name": table.name, "row_key": change.key, "row_version": version}
                for change, version in zip(gone, versions, strict=True)
            ]
            upsert(connection, tombstone, stones)
        log_changes(connection, table, gone, versions)
    return len(gone)


def _hold(connection: Connection) -> None:
    """Take the counter's lock before looking at what is there: what is read and what is written are then of one moment,
    and no other writer's columns are put back."""
    lock_row(connection, select(row_counter.c.value).where(row_counter.c.name == _COUNTER))


def _unbury(connection: Connection, table: Table, keys: list[str]) -> None:
    for start in range(0, len(keys), LARGEST_IN):
        part = keys[start : start + LARGEST_IN]
        buried = (tombstone.c.table_name == table.name) & tombstone.c.row_key.in_(part)
        connection.execute(delete(tombstone).where(buried))


def remove_row(connection: Connection, table: Table, key: str) -> None:
    """How a command's handler removes a row (:class:`kassa.runtime.channel_records.ChannelRecords`)."""
    delete_rows(connection, table, [key])
