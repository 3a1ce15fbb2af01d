"""What PostgreSQL and SQL Server have in common as offline databases: a copy is a schema ``kassa_<id>``.

The database is the register's own: a table in the schema ``kassa`` says whose. If it does not answer, that is found
out once and told at once for a moment, so that a scan does not wait for it again and again.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, exc, inspect, text
from sqlalchemy.schema import CreateSchema

from kassa.environment import Environment
from kassa.errors import OfflineDatabaseUnavailable
from kassa.offline_database.interface import LOADED_AGAIN, OfflineDatabase, Pointers
from kassa.offline_database.location import without_password
from kassa.text import texts

_, n_ = texts("kassa")
PREFIX = "kassa_"
QUIET_S = 2.0
"""How long a database that did not answer is not asked again."""


class ServerOfflineDatabase(OfflineDatabase):
    """An offline database on a database server.

    :param url: with its password.
    """

    def __init__(self, directory: Path, journal: Pointers, environment: Environment, url: URL) -> None:
        self.url = url
        self._plain: Engine | None = None
        self._silent_until = 0.0
        self._removals: list[threading.Thread] = []
        super().__init__(directory, journal, environment)

    def where(self) -> str:
        """The URL without its password."""
        return without_password(self.url)

    # -- asking a server that may not answer ------------------------------------------------------------------------

    def _connect(self, engine: Engine) -> Connection:
        clock = self._environment.clock
        if clock.monotonic() < self._silent_until:
            raise self._silence("asked a moment ago")
        try:
            return engine.connect()
        except exc.DBAPIError:
            self._silent_until = clock.monotonic() + QUIET_S
            raise

    def _silence(self, why: str) -> OfflineDatabaseUnavailable:
        return OfflineDatabaseUnavailable(
            _("The offline database does not answer."), hint=LOADED_AGAIN, where=f"{self.where()}: {why}"
        )

    @contextmanager
    def _server(self) -> Iterator[Connection]:
        """A connection for what is not about one copy, each statement by itself.

        :raises OfflineDatabaseUnavailable: the server does not answer, or does not allow it.
        """
        with self._mutex:
            if self._plain is None:
                self._plain = self._whole_engine()
        try:
            with self._plain.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                yield connection
        except exc.DBAPIError as error:
            raise self._unusable(error, "") from error

    # -- copies -----------------------------------------------------------------------------------------------------

    @staticmethod
    def _is_name(name: str) -> bool:
        return name.startswith(PREFIX)

    @staticmethod
    def _name(new_id: str) -> str:
        return f"{PREFIX}{new_id}"

    def copies(self) -> Iterable[str]:
        with self._server() as connection:
            return [name for name in inspect(connection).get_schema_names() if name.startswith(PREFIX)]

    def _create(self, name: str) -> None:
        with self._server() as connection:
            connection.execute(CreateSchema(name))

    def _remove(self, name: str) -> None:
        with suppress(OfflineDatabaseUnavailable), self._server() as connection:
            self._drop_schema(connection, name)

    def _remove_after_reading(self, name: str) -> None:
        # Not by the reader: a sale would wait for it.
        removal = threading.Thread(target=self._remove, args=(name,), name="kassa-old-data", daemon=True)
        self._removals = [*(one for one in self._removals if one.is_alive()), removal]
        removal.start()

    def size(self) -> int:
        """The active copy's size in bytes; 0 when there is none or the server does not answer."""
        if self._active is None:
            return 0
        try:
            with self.reading() as connection:
                return int(connection.execute(text(self._size_statement()), {"name": self._active}).scalar() or 0)
        except OfflineDatabaseUnavailable:
            return 0

    def close(self) -> None:
        """Close what is open. An old copy that is being removed has a moment to go."""
        super().close()
        for removal in self._removals:
            removal.join(QUIET_S)
        with self._mutex:
            if self._plain is not None:
                self._plain.dispose()
                self._plain = None

    # -- of the engine ----------------------------------------------------------------------------------------------

    @abstractmethod
    def _whole_engine(self) -> Engine:
        """An engine on the database, of no copy."""

    @abstractmethod
    def _drop_schema(self, connection: Connection, name: str) -> None:
        """Drop a schema with its tables."""

    @staticmethod
    @abstractmethod
    def _size_statement() -> str:
        """Bytes of all tables and indexes of schema ``:name``."""
