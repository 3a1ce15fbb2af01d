"""Engines: how each kind of database is opened so that it keeps its promises."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url


def make_engine(url: str | URL, *, read_only: bool = False, arguments: Mapping[str, Any] | None = None) -> Engine:
    """An engine for ``url`` (``sqlite:///file``, ``postgresql+psycopg://…``, ``mssql+pyodbc://…``).

    SQLite gets WAL, foreign keys, a busy timeout and BEGIN IMMEDIATE, without which a savepoint followed by a rollback
    leaves rows behind on Python 3.11. ``read_only`` opens it so that no statement can write.

    :param arguments: for the driver's connect, on PostgreSQL and SQL Server.
    :raises kassa.errors.SetupError: SQL Server, and pyodbc or a driver for it is missing.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, read_only)
    if parsed.get_backend_name() == "mssql":
        from kassa.schema.odbc import make_sql_server_engine

        return make_sql_server_engine(parsed, arguments or {})
    # Errors and logs name the statement, never its values: PIN hashes and keys are among them.
    return create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=dict(arguments or {}))


WAL_PAGES = 4000
"""16 MB of changes, before SQLite copies them into the file: what many transactions touch (a delta, a batch of sales)
is copied once for several of them."""
BUSY_S = 5.0
"""How long SQLite waits for another connection's lock."""


def _sqlite(url: URL, read_only: bool) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_S}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            _use_wal(cursor)
            cursor.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
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
