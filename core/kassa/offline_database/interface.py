"""What every offline database can do, whatever its engine, and how its copies follow one another."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar

from sqlalchemy import Connection, Engine, exc, func, select

from kassa.environment import Environment
from kassa.errors import DiskFull, KassaError, OfflineDatabaseUnavailable
from kassa.offline_database.plugin_tables import hold_plugin_tables
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.schema.groups import TABLE_GROUPS, TableGroup
from kassa.schema.master import item
from kassa.schema.plugin_tables import tables_by_name
from kassa.text import Text, texts

_, n_ = texts("kassa")
Result = TypeVar("Result")
ACTIVE = "offline_database"
"""The setting in the journal that points to the active copy."""
EMPTY = "offline_database_empty"
"""The setting that names the copy which was made at installation and holds nothing yet."""
STILL_SELLS = _("A sale in progress can be paid. The rest goes on when the store server answers.")
LOADED_AGAIN = _("A sale in progress can be paid. The database is loaded again as soon as the store server answers.")
_FULL = ("disk is full", "disk I/O error", "No space left on device", "could not extend file")
"""What SQLite and PostgreSQL say when the disk takes no more."""


class Pointers(Protocol):
    """Where the pointers to copies are kept, durably: the journal."""

    def setting(self, owner: str, name: str) -> str | None:
        """A kept value."""

    def keep_setting(self, owner: str, name: str, value: str | None) -> None:
        """Keep a value; None removes it."""


@dataclass
class _Copy:
    """A copy that is or was the active one. ``readers``: how many read it now; the last one closes or removes it.
    ``idle``: connections that nobody reads by now."""

    name: str
    engine: Engine
    readers: int = 0
    closing: bool = False
    removing: bool = False
    idle: list[Connection] = field(default_factory=list)

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()
        self.engine.dispose()


class OfflineDatabase(ABC):
    """The active copy, by the pointer that ``journal`` holds, and the ones being built beside it. Thread-safe.

    :param directory: the register's folder.
    """

    title: ClassVar[str]
    """The engine as people call it."""
    kind: ClassVar[str]
    """The engine's name in reports: sqlite, postgresql, mssql or none."""
    takes_files: ClassVar[bool] = False
    """Whether a snapshot may be a ready SQLite file."""
    installed: ClassVar[bool] = True
    """False: this register was installed without one."""
    keeps_connections: ClassVar[bool] = False
    """Whether a connection can be read by again much later: a file's. Opening one anew takes a tenth of a scan."""
    puts_aside: bool = True
    """Whether a damaged copy is put aside. Not by who only looks, beside a register that may run."""

    def __init__(self, directory: Path, journal: Pointers, environment: Environment) -> None:
        self.directory = directory
        self._journal = journal
        self._environment = environment
        self._mutex = threading.RLock()
        self.changes = 0
        """Counts up with everything that is written here. What was read while it stood still is as true as before: only
        the register writes its offline database."""
        self._reader: _Copy | None = None
        self.groups: tuple[TableGroup, ...] = TABLE_GROUPS
        """What it holds: Kassa's own table groups, and those of the register's plugins."""
        self.tables = tables_by_name(())
        """Every table that a handler may name."""
        self._held: str | None = None
        self._active = self._mine(journal.setting("kassa", ACTIVE))

    def _mine(self, name: str | None) -> str | None:
        """``name``, if it can be a copy of this engine."""
        return name if name is not None and self._is_name(name) else None

    # -- reading and writing ----------------------------------------------------------------------------------------

    @property
    def active(self) -> str | None:
        """The name of the active copy; None when there is none."""
        return self._active

    @property
    def path(self) -> Path | None:
        """The active copy's file, where copies are files."""
        return None

    @property
    def available(self) -> bool:
        """Whether there is an active copy. Does not ask the database, which may not answer."""
        return self._active is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that cannot write.

        :raises OfflineDatabaseUnavailable: there is none, it does not answer, or it is damaged; a damaged one is
            loaded again by the next synchronisation.
        """
        copy = self._take()
        try:
            with self._connection(copy) as connection:
                yield connection
        except exc.DBAPIError as error:
            raise self._unusable(error, copy.name) from error
        finally:
            self._give_back(copy)

    @contextmanager
    def _connection(self, copy: _Copy) -> Iterator[Connection]:
        if not self.keeps_connections:
            with self._connect(copy.engine) as connection:
                yield connection
            return
        connection = copy.idle.pop() if copy.idle else self._connect(copy.engine)
        try:
            yield connection
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        copy.idle.append(connection)

    def _take(self) -> _Copy:
        with self._mutex:
            if not self.available or self._active is None:
                raise self._missing()
            if self._reader is None or self._reader.name != self._active:
                self._reader = _Copy(self._active, self._engine(self._active, read_only=True))
            self._reader.readers += 1
            return self._reader

    def _give_back(self, copy: _Copy) -> None:
        with self._mutex:
            copy.readers -= 1
            last = copy.readers == 0
            if last and copy.closing:
                copy.close()
        if last and copy.removing:
            self._remove_after_reading(copy.name)

    def _let_go(self, *, removing: bool = False) -> _Copy | None:
        """The copy that was read until now, which is closed at once or by its last reader."""
        copy, self._reader = self._reader, None
        if copy is not None:
            copy.closing = True
            copy.removing = removing and copy.readers > 0
            if copy.readers == 0:
                copy.close()
        return copy

    def _connect(self, engine: Engine) -> Connection:
        return engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction on the active copy, for applying master data.

        :raises OfflineDatabaseUnavailable: there is none, or it does not answer.
        """
        if not self.available or self._active is None:
            raise self._missing()
        with self._transaction(self._active) as connection:
            yield connection

    def change(self, work: Callable[[Connection], Result]) -> Result:
        """Do ``work`` in one transaction on the active copy (:meth:`writing`). Where the database may ask for it, the
        whole of it is done once more."""
        with self.writing() as connection:
            return work(connection)

    @contextmanager
    def _transaction(self, name: str, *, building: bool = False) -> Iterator[Connection]:
        engine = self._building_engine(name) if building else self._engine(name, read_only=False)
        try:
            with engine.begin() as connection:
                yield connection
        except exc.DBAPIError as error:
            known = self._unusable(error, name)
            if isinstance(known, DiskFull):
                self._free_room(engine)
            raise known from error
        finally:
            self.changes += 1
            engine.dispose()

    def _free_room(self, engine: Engine) -> None:
        """Give back the room on the disk that a transaction took which found it full: the journal may need it. A
        database server's own disk is its own to look after."""
        engine.dispose()

    # -- plugins' tables --------------------------------------------------------------------------------------------

    def declare(self, groups: tuple[TableGroup, ...]) -> None:
        """Plugins' table groups that it is to hold, besides Kassa's own. Asks the database nothing."""
        self.groups = (*TABLE_GROUPS, *groups)
        self.tables = tables_by_name(groups)
        self._held = None

    def hold_tables(self) -> None:
        """Have the active copy hold the tables of plugins that are declared; at once, if it was found so before.

        :raises OfflineDatabaseUnavailable: there is none, or it does not answer.
        """
        active = self._active
        if active is None or self._held != active:
            with self.writing() as connection:
                hold_plugin_tables(connection, self.groups)
            self._held = active

    # -- copies -----------------------------------------------------------------------------------------------------

    def new_copy(self) -> str:
        """The name of a new copy beside the active one. Nobody reads it before :meth:`activate`. What was being built
        when the register stopped is removed."""
        for stray in self.copies():
            if stray not in (self._active, self._reading_still()):
                self._remove(stray)
        return self._name(self._environment.new_id())

    def _reading_still(self) -> str | None:
        with self._mutex:
            return None if self._reader is None else self._reader.name

    @contextmanager
    def building(self, name: str) -> Iterator[Connection]:
        """One transaction on a new copy, with its tables."""
        self._create(name)
        with self._transaction(name, building=True) as connection:
            create_offline_tables(connection)
            if self.groups != TABLE_GROUPS:
                hold_plugin_tables(connection, self.groups)
            yield connection
        self._built(name)

    def flush(self, name: str) -> None:  # noqa: B027 (a database server sees to it itself)
        """Bring to the disk what has been written so far of a copy that is being built: bit by bit, because the
        journal's commits wait for whatever is under way."""

    def create_empty(self) -> str:
        """Make the offline database of a register that is being installed: its tables, no data. It becomes active
        with its first snapshot.

        :raises OfflineDatabaseUnavailable: the database does not answer, or does not allow it.
        """
        name = self.new_copy()
        with self.building(name):
            pass
        self._journal.keep_setting("kassa", EMPTY, name)
        return name

    def activate(self, name: str) -> None:
        """Make the copy of that name (:meth:`new_copy`) the active one, by moving the pointer; the one before is
        removed when its last reader has closed."""
        if self.groups != TABLE_GROUPS:
            with self._transaction(name) as connection:
                hold_plugin_tables(connection, self.groups)
        with self._mutex:
            self._held = name
            before = self._active
            self._point(name)
            self._active = name
            self.changes += 1
            copy = self._let_go(removing=before != name)
        if before not in (None, name) and not (copy is not None and copy.name == before and copy.removing):
            self._remove(str(before))
        self._forget_empty(name)

    def _forget_empty(self, name: str) -> None:
        empty = self._journal.setting("kassa", EMPTY)
        if empty is not None:
            self._journal.keep_setting("kassa", EMPTY, None)
            if self._mine(empty) is not None and empty != name:
                self._remove(empty)

    def discard(self) -> None:
        """Put the active copy aside, so that the next synchronisation loads a new one."""
        with self._mutex:
            before = self._active
            self._point(None)
            self._active = None
            self.changes += 1
            self._let_go()
        if before is not None:
            self._put_aside(before)

    def _point(self, name: str | None) -> None:
        self._journal.keep_setting("kassa", ACTIVE, name)

    # -- facts ------------------------------------------------------------------------------------------------------

    def items(self) -> int:
        """How many items it holds.

        :raises OfflineDatabaseUnavailable: there is none, or it does not answer.
        """
        with self.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(item)).scalar_one())

    @abstractmethod
    def size(self) -> int:
        """The active copy's size in bytes; 0 when there is none or it does not answer."""

    @abstractmethod
    def where(self) -> str:
        """Where it is, for support; no secret."""

    def close(self) -> None:
        """Close what is open."""
        with self._mutex:
            self._let_go()

    # -- errors -----------------------------------------------------------------------------------------------------

    def _missing(self) -> OfflineDatabaseUnavailable:
        return OfflineDatabaseUnavailable(
            _("The offline database has not been loaded."), hint=STILL_SELLS, where=self.where()
        )

    def _unusable(self, error: exc.DBAPIError, name: str) -> KassaError:
        if any(sign in str(error.orig) for sign in _FULL):
            return DiskFull(where=f"{self.where()}: {error.orig}")
        what: Text = _("The offline database is damaged.")
        if self._is_silent(error):
            what = _("The offline database does not answer.")
        elif self.puts_aside and self._is_damage(error) and name == self._active:
            self.discard()
        return OfflineDatabaseUnavailable(what, hint=LOADED_AGAIN, where=f"{self.where()}: {error.orig}")

    # -- of the engine ----------------------------------------------------------------------------------------------

    @staticmethod
    @abstractmethod
    def _is_name(name: str) -> bool:
        """Whether copies of this engine are called so."""

    @staticmethod
    @abstractmethod
    def _name(new_id: str) -> str:
        """The name of a new copy."""

    @abstractmethod
    def _engine(self, name: str, *, read_only: bool) -> Engine:
        """An engine on a copy."""

    def _building_engine(self, name: str) -> Engine:
        """An engine on a copy that is being built, which nobody reads."""
        return self._engine(name, read_only=False)

    def _built(self, name: str) -> None:
        """A copy is whole: it must be on the disk when this returns, and ready to be read."""
        self.flush(name)

    @abstractmethod
    def copies(self) -> Iterable[str]:
        """The names of all copies that there are."""

    @abstractmethod
    def _create(self, name: str) -> None:
        """Make room for a new copy; tables come afterwards."""

    @abstractmethod
    def _remove(self, name: str) -> None:
        """Remove a copy. One that cannot be removed now is removed when the next one is made."""

    def _remove_after_reading(self, name: str) -> None:
        """The last reader of an old copy has closed."""
        self._remove(name)

    def _put_aside(self, name: str) -> None:
        """A damaged copy out of the way."""
        self._remove(name)

    @abstractmethod
    def _is_silent(self, error: exc.DBAPIError) -> bool:
        """Whether the database does not answer, as opposed to: it is damaged."""

    @abstractmethod
    def _is_damage(self, error: exc.DBAPIError) -> bool:
        """Whether the copy must be loaded again."""
