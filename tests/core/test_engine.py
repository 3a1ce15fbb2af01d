"""Engines keep what they promise."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from kassa.schema.engine import make_engine


def test_a_file_that_another_switches_to_wal_is_waited_for(tmp_path: Path) -> None:
    """Several servers may be started on a new SQLite file at once: whoever finds it locked, before it has its
    write-ahead log, waits as for any other lock."""
    file = tmp_path / "new.db"
    engine = make_engine(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE sold (amount INTEGER)")
        other.execute("BEGIN IMMEDIATE")
        released = threading.Timer(0.2, other.execute, ["COMMIT"])
        released.start()
        with engine.begin() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        released.join()
    engine.dispose()
