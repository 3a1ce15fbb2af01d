"""Engines: how each kind of database is opened so that it keeps its promises."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url


def make_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine for ``url`` (``sqlite:///file``, ``postgresql+psycopg://…``, ``mssql+pyodbc://…``).

    SQLite gets WAL, foreign keys, a busy timeout and BEGIN IMMEDIATE, without which a savepoint followed by a rollback
    leaves rows behind on Python 3.11. ``read_only`` opens it so that no statement can write.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, read_only)
    # Errors and logs name the statement, never its values: PIN hashes and keys are among them.
    return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)


BUSY_S = 5.0
"""How long SQLite waits for another connection's lock."""


def _sqlite(url: str, read_only: bool) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_S}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            _use_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        if read_only:
            # Before every scan, and it cannot fail: past SQLAlchemy, which takes as long as the look-up itself.
            connection.connection.dbapi_connection.execute("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Switch a file to WAL once. For this alone SQLite does not wait when another connection does so at the same
    moment: it fails at once."""
    until = time.monotonic() + BUSY_S
    while cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
