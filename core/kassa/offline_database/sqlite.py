"""The offline database as an SQLite file beside the journal."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, exc

from kassa.offline_database.interface import OfflineDatabase
from kassa.schema import make_engine

_PREFIX, _SUFFIX = "offline-", ".db"
_BESIDE = ("-wal", "-shm")
_DAMAGE = ("malformed", "not a database", "no such table", "no such column")
"""In SQLite's words: damaged, or of a version before this one."""


class SQLiteOfflineDatabase(OfflineDatabase):
    """A copy is a file ``offline-<id>.db`` in the register's folder."""

    title = "SQLite"
    kind = "sqlite"
    takes_files = True
    keeps_connections = True

    @property
    def path(self) -> Path | None:
        """The active file; None when there is none."""
        return None if self._active is None else self.file(self._active)

    def file(self, name: str) -> Path:
        """The file of a copy."""
        return self.directory / name

    @property
    def available(self) -> bool:
        """Whether there is an active file. Asked before every look-up."""
        return self._active is not None and os.path.exists(os.path.join(self.directory, self._active))

    def size(self) -> int:
        """The active file's size in bytes; 0 when there is none."""
        path = self.path
        return path.stat().st_size if path is not None and path.exists() else 0

    def where(self) -> str:
        """The active file."""
        return str(self.path or self.directory)

    @staticmethod
    def _is_name(name: str) -> bool:
        return name.endswith(_SUFFIX)

    @staticmethod
    def _name(new_id: str) -> str:
        return f"{_PREFIX}{new_id}{_SUFFIX}"

    def _engine(self, name: str, *, read_only: bool) -> Engine:
        return make_engine(f"sqlite:///{self.file(name)}", read_only=read_only)

    def _building_engine(self, name: str) -> Engine:
        """Without a WAL, and without waiting for the disk: after a crash a copy that was being built is thrown away. In
        one transaction its WAL would be as large as itself, and every sale's commit would wait while it is copied."""
        engine = make_engine(f"sqlite:///{self.file(name)}")
        event.listen(engine, "connect", _for_building)
        return engine

    def _built(self, name: str) -> None:
        self.flush(name)
        with closing(sqlite3.connect(self.file(name))) as opened:
            opened.execute("PRAGMA journal_mode=WAL")

    def flush(self, name: str) -> None:
        with self.file(name).open("rb+") as file:
            os.fsync(file.fileno())

    def copies(self) -> Iterable[str]:
        """Those too of which nothing but what SQLite keeps beside a file is left: a crash between the two removals."""
        names = {file.name for file in self.directory.glob(f"{_PREFIX}*{_SUFFIX}")}
        beside = {file.name[:-4] for end in _BESIDE for file in self.directory.glob(f"{_PREFIX}*{_SUFFIX}{end}")}
        return sorted(names | beside)

    def _create(self, name: str) -> None:
        """A file is made by writing to it."""

    def _remove(self, name: str) -> None:
        remove_files(self.file(name))

    def _put_aside(self, name: str) -> None:
        """The damaged file is kept for support under another name."""
        file = self.file(name)
        with suppress(OSError):
            file.replace(file.with_suffix(".damaged"))
        _remove_side_files(file)

    def _free_room(self, engine: Engine) -> None:
        """SQLite's log keeps its size after a rollback, for as long as somebody reads."""
        with suppress(exc.DBAPIError), engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _is_silent(self, error: exc.DBAPIError) -> bool:
        return False

    def _is_damage(self, error: exc.DBAPIError) -> bool:
        return any(sign in str(error.orig) for sign in _DAMAGE)


def _for_building(connection: Any, _record: Any) -> None:
    """The rollback journal in memory holds next to nothing: only what is undone of pages that were there before."""
    connection.execute("PRAGMA journal_mode=MEMORY")
    connection.execute("PRAGMA synchronous=OFF")


def remove_files(file: Path) -> None:
    """Remove a database file with what SQLite keeps beside it."""
    try:
        file.unlink(missing_ok=True)
    except OSError:  # in use, where that forbids it: it goes when the next one is made, with what is beside it
        return
    _remove_side_files(file)


def _remove_side_files(file: Path) -> None:
    for suffix in _BESIDE:
        with suppress(OSError):
            file.with_name(file.name + suffix).unlink()
