"""One builder of packages at a time, whatever processes share the database: what one has made, the next finds made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlalchemy import text

from kassa_server.channel import Channel

_ADVISORY_LOCK = 0x4B415353
"""PostgreSQL's number for the lock; one to a database."""


class OneBuilder:
    """A lock that all builders of a database share, in this process and between processes. It ends with a process that
    is killed. PostgreSQL: an advisory lock of a session. SQLite: a lock on a file beside the database, as its own lock
    would keep sales waiting."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._here = threading.Lock()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody else builds, and let nobody else while this lasts."""
        with self._here, self._between_processes():
            yield

    @contextmanager
    def _between_processes(self) -> Iterator[None]:
        engine = self._channel.engine
        if engine.dialect.name == "postgresql":
            # In no transaction: a lock that is waited for must not hold a snapshot of the database.
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _ADVISORY_LOCK})
                try:
                    yield
                finally:
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _ADVISORY_LOCK})
            return
        database = engine.url.database
        if not database or database == ":memory:":
            yield
            return
        with FileLock(Path(f"{database}.building")):
            yield
