"""When a row that this register made has come back: the offline database holds it itself, and the overlay may go.

A row of a packaged table comes back with a distribution, which may be long after the store server has done its command;
so the offline database itself is asked. A customer comes back under the number that headquarters gave. The store
server's own rows (suspended sales) come with every round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Table, select

from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal.overlay import OverlayBook, OverlayMark
from kassa.offline_database import OfflineDatabase
from kassa.runtime.channel_records import ChannelRecords, key_of
from kassa.runtime.overlay_records import rows_over
from kassa.runtime.row_digest import digest
from kassa.schema.master import customer, former_customer_number


def came_back(database: OfflineDatabase, overlay: OverlayBook, marks: Iterable[OverlayMark]) -> Iterator[OverlayMark]:
    """Those of ``marks`` whose rows the offline database holds, or, if they were removed, holds no more."""
    packaged = {str(table.name): table for group in database.groups for table in group.tables}
    for mark in marks:
        table = packaged.get(mark.table)
        if table is None:
            # No package brings it. A table of a plugin that is gone stays until the plugin is back.
            if mark.table in database.tables:
                yield mark
            continue
        row, bases = rows_over(overlay, table).get(mark.key), overlay.bases(mark.table, mark.key)
        if bases is not None:
            if _is_past(database, table, mark, {*bases} - {digest(table, row)}):
                yield mark
        elif _holds(database, table, mark) == (row is not None):
            yield mark


def _is_past(database: OfflineDatabase, table: Table, mark: OverlayMark, bases: set[str]) -> bool:
    """Whether the offline database holds of a plugin's row what was written here, or what somebody wrote after it."""
    try:
        with database.reading() as connection:
            held = ChannelRecords(connection, tables=database.tables).get(mark.table, mark.key)
    except OfflineDatabaseUnavailable:
        return False
    return digest(table, held) not in bases


def _holds(database: OfflineDatabase, table: Table, mark: OverlayMark) -> bool | None:
    """Whether the offline database has the row; None: it cannot be asked."""
    columns = [table.c[key_of(table)]]
    if table is customer:
        columns.append(former_customer_number.c.former_number)
    try:
        with database.reading() as connection:
            asked = (select(column).where(column == mark.key) for column in columns)
            return any(connection.execute(statement).first() is not None for statement in asked)
    except OfflineDatabaseUnavailable:
        return None
