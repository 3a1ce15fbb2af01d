"""The register's offline database: master data, read-only to handlers, replaceable at any moment.

Which file is the active one is a pointer in the journal. A snapshot is built in a new file and becomes active by
moving the pointer; the old file goes when nobody reads it any more. What the register itself makes is never here
(:mod:`kassa.journal.overlay`), so the file can be deleted in the middle of a day and loaded again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, exc, func, select

from kassa.environment import Environment
from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal import Journal
from kassa.schema import make_engine
from kassa.schema.master import item
from kassa.text import texts

_, n_ = texts("kassa")
ACTIVE = "offline_database"


class OfflineDatabase:
    """The active offline database in ``directory``, by the pointer that ``journal`` holds."""

    def __init__(self, directory: Path, journal: Journal, environment: Environment) -> None:
        self.directory = directory
        self._journal = journal
        self._environment = environment
        self._mutex = threading.RLock()
        self._reader: tuple[str, Engine] | None = None
        self._active = journal.setting("kassa", ACTIVE)

    @property
    def path(self) -> Path | None:
        """The active file; None when there is none."""
        return None if self._active is None else self.directory / self._active

    @property
    def available(self) -> bool:
        """Whether there is an active file."""
        return self.path is not None and self.path.exists()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that cannot write.

        :raises OfflineDatabaseUnavailable: there is none, or it is damaged; it is then loaded again by the next
            synchronisation.
        """
        engine = self._reading_engine()
        try:
            with engine.connect() as connection:
                yield connection
        except exc.DatabaseError as error:
            raise self._unusable(error) from error

    def _reading_engine(self) -> Engine:
        path = self.path
        if path is None or not path.exists():
            raise OfflineDatabaseUnavailable(
                _("The offline database has not been loaded."),
                hint=_("A sale in progress can be paid. The rest goes on when the store server answers."),
                where=str(path or ""),
            )  # fmt: skip
        with self._mutex:
            if self._reader is None or self._reader[0] != path.name:
                self._reader = (path.name, make_engine(f"sqlite:///{path}", read_only=True))
            return self._reader[1]

    def _unusable(self, error: exc.DatabaseError) -> OfflineDatabaseUnavailable:
        words = str(error.orig)
        if "malformed" in words or "not a database" in words or "no such table" in words:
            self.discard()
        return OfflineDatabaseUnavailable(
            _("The offline database is damaged."),
            hint=_("A sale in progress can be paid. The database is loaded again as soon as the store server answers."),
            where=f"{self.path}: {words}",
        )

    def discard(self) -> None:
        """Put the active file aside, so that the next synchronisation loads a new one."""
        with self._mutex:
            path = self.path
            self._point(ACTIVE, None)
            self._active = None
            self._drop_reader()
        if path is not None and path.exists():
            with suppress(OSError):
                path.replace(path.with_suffix(".damaged"))
            _remove_side_files(path)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction on the active file, for applying master data.

        :raises OfflineDatabaseUnavailable: there is none.
        """
        self._reading_engine()
        path = self.path
        assert path is not None
        with self._transaction(path) as connection:
            yield connection

    def place_for_new(self) -> Path:
        """Where a new file may be built, beside the active one. Nobody reads it before :meth:`activate`."""
        self._remove_strays()
        return self.directory / f"offline-{self._environment.new_id()}.db"

    def _remove_strays(self) -> None:
        """Files that were being built when the register stopped."""
        for stray in self.directory.glob("offline-*.db"):
            if stray.name != self._active:
                _remove(stray)

    @contextmanager
    def _transaction(self, path: Path) -> Iterator[Connection]:
        engine = make_engine(f"sqlite:///{path}")
        try:
            with engine.begin() as connection:
                yield connection
        except exc.DatabaseError as error:
            raise self._unusable(error) from error
        finally:
            engine.dispose()

    def activate(self, path: Path) -> None:
        """Make the file at ``path`` (:meth:`place_for_new`) the active one, by moving the pointer; the old file is
        removed."""
        with self._mutex:
            old = self.path
            self._point(ACTIVE, path.name)
            self._active = path.name
            self._drop_reader()
        if old is not None and old.name != path.name:
            _remove(old)

    def _point(self, name: str, value: str | None) -> None:
        self._journal.keep_setting("kassa", name, value)

    def _drop_reader(self) -> None:
        if self._reader is not None:
            self._reader[1].dispose()
            self._reader = None

    def size(self) -> int:
        """The active file's size in bytes; 0 when there is none."""
        path = self.path
        return path.stat().st_size if path is not None and path.exists() else 0

    def items(self) -> int:
        """How many items it holds.

        :raises OfflineDatabaseUnavailable: there is none.
        """
        with self.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(item)).scalar_one())

    def close(self) -> None:
        """Close what is open."""
        with self._mutex:
            self._drop_reader()


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
    _remove_side_files(path)


def _remove_side_files(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()
