"""Master data down: a snapshot into a new file the first time, changes since each table's checkpoint after that.

Every page is one transaction with its checkpoint, so a stop at any moment goes on from the last page. Data packages
(signed, per table group) will come from here too; until then the store server's own pages do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from kassa.masterdata import apply_page, checkpoint_of
from kassa.register.face import RegisterFace
from kassa.requests.contact import ReadChanges
from kassa.schema.master import MASTER_TABLES
from kassa.text import Text, literal, texts

_, n_ = texts("kassa_sync")
PAGE_ROWS = 2000
Writing = Callable[[], AbstractContextManager[Connection]]


class Download:
    """One download.

    :param stopping: set when the register stops: the page under way is finished.
    :param progress: told what is going on, with figures.
    """

    def __init__(self, register: RegisterFace, stopping: threading.Event, progress: Callable[[Text], None]) -> None:
        self._register = register
        self._stopping = stopping
        self._progress = progress
        self.pages = 0
        self.rows = 0

    def run(self) -> None:
        """Bring the offline database up to now.

        :raises kassa.errors.NoAnswer: the store server does not answer; what was applied stays.
        """
        own_rows = self._register.own_rows()
        database = self._register.offline_database
        if not database.available:
            if not self._all_tables(database.loading):
                return
            database.activate()
        if self._all_tables(database.writing):
            self._register.settle_own_rows(own_rows)

    def _all_tables(self, writing: Writing) -> bool:
        """Read every table to its end; False if the register stops first."""
        return all(self._table(str(table.name), writing) for table in MASTER_TABLES)

    def _table(self, table: str, writing: Writing) -> bool:
        with writing() as connection:
            after = checkpoint_of(connection, table)
        first = True
        while not self._stopping.is_set():
            page = self._register.remote.send(
                ReadChanges(table, after, PAGE_ROWS), self._register.request_context(plugin="sync")
            )
            if page.rows or (first and after == 0):
                with writing() as connection:
                    apply_page(connection, page)
                self.pages += 1
                self.rows += len(page.rows)
                after, first = page.next_after, False
                if page.more:
                    self._progress(
                        _("{table}: {rows} rows", table=literal(table), rows=self.rows),
                    )
            if not page.more:
                return True
        return False
