"""When a row that this register made has come back: the offline database holds it itself, and the overlay may go.

A row of a packaged table comes back with a distribution, which may be long after the store server has done its command;
so the offline database itself is asked. The store server's own rows (suspended sales) come with every round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal.overlay import OverlayBook, OverlayMark
from kassa.offline_database import OfflineDatabase
from kassa.runtime.channel_records import key_of, table_of
from kassa.schema.groups import TABLE_GROUPS

PACKAGED = frozenset(str(table.name) for group in TABLE_GROUPS for table in group.tables)


def came_back(database: OfflineDatabase, overlay: OverlayBook, marks: Iterable[OverlayMark]) -> Iterator[OverlayMark]:
    """Those of ``marks`` whose rows the offline database holds, or, if they were removed, holds no more."""
    for mark in marks:
        if mark.table not in PACKAGED:
            yield mark
            continue
        row = overlay.rows(mark.table).get(mark.key)
        if _holds(database, mark) == (row is not None):
            yield mark


def _holds(database: OfflineDatabase, mark: OverlayMark) -> bool | None:
    """Whether the offline database has the row; None: it cannot be asked."""
    table = table_of(mark.table)
    column = table.c[key_of(table)]
    try:
        with database.reading() as connection:
            return connection.execute(select(column).where(column == mark.key)).first() is not None
    except OfflineDatabaseUnavailable:
        return None
