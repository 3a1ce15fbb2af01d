"""Writing master data: every changed row gets the next row version, and a deleted one leaves a tombstone.

Row versions are counted in one row of the database that is raised in the same transaction as the rows themselves. Its
lock is held until the transaction ends, so whoever gets a higher number has waited until the lower ones are committed
(or will never be). A reader that has seen version 7 can therefore go on after 7 for ever: nothing below it can still
turn up. A sequence or a clock would not do: it gives numbers before the commit, and a slow transaction with a small
number would be skipped by a reader that has already seen a greater one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from kassa.masterdata import upsert
from kassa.runtime.channel_records import key_of
from kassa.runtime.request import Row
from kassa.schema.master import tombstone
from kassa.schema.rules import LARGEST_IN
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


def put_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace master data rows by primary key, each with a new row version.

    All rows carry the same columns. A row that comes back after it was deleted loses its tombstone.
    """
    if not rows:
        return
    versions = next_versions(connection, len(rows))
    numbered = [{**row, "row_version": version} for row, version in zip(rows, versions, strict=True)]
    upsert(connection, table, numbered)
    _unbury(connection, table, [str(row[key_of(table)]) for row in rows])


def delete_rows(connection: Connection, table: Table, keys: Iterable[str]) -> int:
    """Delete master data rows by primary key, each with a tombstone; how many there were. Unknown keys are passed
    over."""
    gone: list[str] = []
    for part in _parts(list(keys)):
        column = table.c[key_of(table)]
        found = connection.execute(select(column).where(column.in_(part)).order_by(column)).scalars().all()
        connection.execute(delete(table).where(column.in_(found)))
        gone.extend(found)
    stones = [{"table_name": table.name, "row_key": key} for key in gone]
    if stones:
        versions = next_versions(connection, len(stones))
        numbered = [{**stone, "row_version": version} for stone, version in zip(stones, versions, strict=True)]
        upsert(connection, tombstone, numbered)
    return len(gone)


def _unbury(connection: Connection, table: Table, keys: list[str]) -> None:
    for part in _parts(keys):
        buried = (tombstone.c.table_name == table.name) & tombstone.c.row_key.in_(part)
        connection.execute(delete(tombstone).where(buried))


def _parts(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + LARGEST_IN] for start in range(0, len(keys), LARGEST_IN))


def write_row(connection: Connection, table: Table, row: Row) -> None:
    """How a command's handler writes a row (:class:`kassa.runtime.channel_records.ChannelRecords`)."""
    put_rows(connection, table, [row])


def remove_row(connection: Connection, table: Table, key: str) -> None:
    """How a command's handler removes a row."""
    delete_rows(connection, table, [key])
