"""The journal's SQLite file: opened so that a commit is on the disk when it returns, owned by one process."""

from __future__ import annotations

import importlib.resources
import itertools
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from kassa.errors import JournalDamaged, JournalError, JournalInUse, JournalNotWritten
from kassa.text import texts

_, n_ = texts("kassa")
VERSION = 1
SMALL_ENOUGH_TO_CHECK = 64 * 1024 * 1024

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""Primary result codes. ``SQLITE_ERROR`` too: our statements are fixed, so a wrong one means a schema that is not ours
any more."""

WriteListener = Callable[[str, str], None]
"""Told ``("before" | "after", label)`` around each commit: where tests pull the plug."""


class JournalDatabase:
    """One SQLite file, one writing connection shared by threads under a lock.

    :param path: the file; created if it does not exist and ``create`` is set.
    :raises JournalInUse: another process owns it.
    :raises JournalDamaged: it is not there, or is not a journal any more.
    """

    def __init__(self, path: Path, *, create: bool, on_write: WriteListener | None = None) -> None:
        self.path = path
        self._on_write = on_write
        self.mutex = threading.RLock()
        """Held while the file changes; whoever keeps a copy in memory holds it until that has changed too."""
        # Not the thread's own: whichever thread closes the journal gives it up.
        self._lock = FileLock(path.with_suffix(".lock"), thread_local=False)
        self._own()
        try:
            self._connection = self._open(create)
        except BaseException:
            self._lock.release()
            raise
        self._identity = self._on_disk()

    def _on_disk(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _own(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise JournalInUse(
                _("The register is already running on this device."), kept=_("Nothing was changed."),
                hint=_("Use the window that is open, or restart the device."), where=str(self.path),
            ) from error  # fmt: skip
        except OSError as error:
            raise JournalError(
                _("The register's folder cannot be used."), kept=_("Nothing was changed."),
                hint=_("Check that the folder is there and may be written to."), where=f"{self.path}: {error}",
            ) from error  # fmt: skip

    def _open(self, create: bool) -> sqlite3.Connection:
        if not create and not self.path.exists():
            raise damaged(self.path, "the file is missing")
        try:
            connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=5)
        except sqlite3.Error as error:
            raise translate(error, self.path) from error
        try:
            self._prepare(connection, create)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            connection.close()
            raise translate(error, self.path) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection, create: bool) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise JournalError(
                _("The journal was written by a newer Kassa."), kept=_("Nothing was changed."),
                hint=_("Install the newer version again."), where=str(self.path),
            )  # fmt: skip
        if version == 0 and not create:
            raise damaged(self.path, "the file is empty")
        if version == 0:
            # Purging gives its pages back bit by bit; this must be said before there is anything in the file.
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        if version == 0:
            schema = (importlib.resources.files("kassa.journal") / "schema.sql").read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;{schema}PRAGMA user_version={VERSION};COMMIT;")
        self._check(connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        if self.path.stat().st_size > SMALL_ENOUGH_TO_CHECK:
            return
        found = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
        if found != ["ok"]:
            raise damaged(self.path, "; ".join(found))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, to read from."""
        with self.mutex:
            try:
                yield self._connection
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise translate(error, self.path) from error

    @contextmanager
    def writing(self, label: str, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One durable transaction; on any error nothing of it is kept.

        :param durable: False: a power cut may undo it, and only with all that was written after it; the next durable
            one makes it durable too.
        :raises JournalDamaged: the file was removed or replaced meanwhile: what is written to it now would be gone
            when the register stops.
        """
        with self.mutex:
            if self._on_disk() != self._identity:
                raise damaged(self.path, "the file was removed or replaced while the register was running")
            try:
                if not durable:
                    self._connection.execute("PRAGMA synchronous=NORMAL")
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                if self._on_write is not None:
                    self._on_write("before", label)
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise translate(error, self.path) from error
                raise
            finally:
                if not durable:
                    self._connection.execute("PRAGMA synchronous=FULL")
            if self._on_write is not None:
                self._on_write("after", label)

    def close(self) -> None:
        """Close the file and give up ownership."""
        with self.mutex:
            self._connection.close()
            self._lock.release()


def put_aside(path: Path) -> Path:
    """Give a damaged journal another name, whole, so that a new one can be begun; the name."""
    free = (path.with_stem(f"{path.stem}-damaged-{number}") for number in itertools.count(1))
    aside = next(name for name in free if not name.exists())
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def damaged(path: Path, cause: str) -> JournalDamaged:
    """The error for a journal that cannot be trusted; the file is left as it is."""
    return JournalDamaged(
        _("The register's journal is damaged."),
        kept=_("Everything that was delivered is safe in the store server; the journal's file is left untouched."),
        hint=_("Call support. The register sells again after a new activation, in a new series."),
        where=f"{path}: {cause}",
    )


def translate(error: sqlite3.Error | UnicodeDecodeError, path: Path) -> JournalError:
    """A SQLite error as one of ours. Python's module decodes SQLite's own words too, and those of a damaged file may
    be no UTF-8."""
    words = str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGE or isinstance(error, UnicodeDecodeError) or "Could not decode" in words:
        return damaged(path, words)
    full = code == sqlite3.SQLITE_FULL
    return JournalNotWritten(
        _("The disk is full.") if full else _("The journal cannot be written."),
        hint=_("Free some space, or call support, and press again.") if full else _("Try again, or call support."),
        where=f"{path}: {words}",
    )
