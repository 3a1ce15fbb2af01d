"""A disk that refuses in the middle of a change: nothing of it stays, and the room that it took is given back."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kassa.environment import Environment
from kassa.errors import DiskFull
from kassa.journal import Journal
from kassa.offline_database.sqlite import SQLiteOfflineDatabase

LIMIT = 3_000_000
MORE_THAN_FITS = "INSERT INTO t SELECT hex(randomblob(2000)) FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)"


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The operating system refuses to let a file of this process grow over ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def rows(database: SQLiteOfflineDatabase) -> int:
    with database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one())


def test_room_is_given_back(tmp_path: Path, journal: Journal) -> None:
    """While somebody reads: the change is refused as *the disk is full*, its rows are gone, and so is what it wrote on
    the disk: the journal beside it may need the room. Once there is room the same change is made."""
    database = SQLiteOfflineDatabase(tmp_path, journal, Environment())
    copy = database.new_copy()
    with database.building(copy) as connection:
        connection.exec_driver_sql("CREATE TABLE t (x TEXT)")
    database.activate(copy)
    assert rows(database) == 0  # and a connection stays open from here on

    def change(connection: Connection) -> None:
        for _time in range(1000):
            connection.exec_driver_sql(MORE_THAN_FITS)

    with no_file_larger_than(LIMIT), pytest.raises(DiskFull):
        database.change(change)
    assert rows(database) == 0
    assert sum(file.stat().st_size for file in tmp_path.glob("offline-*")) < LIMIT / 4
    database.change(change)
    assert rows(database) == 3000
    database.close()
