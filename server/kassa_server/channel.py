"""The channel database as the store server uses it: one engine that writes, one that only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select
from sqlalchemy.engine import make_url

from kassa.environment import Clock, Environment, SystemClock
from kassa.schema.engine import make_engine
from kassa_server.schema import row_counter
from kassa_server.sealing import Sealing

_CHANNEL = "kassa_channel"
_writing: ContextVar[tuple[Channel, ...]] = ContextVar("writing", default=())


class Channel:
    """A channel database. Keeps no state of its own beyond its connections; many processes may share one database.

    :param url: SQLAlchemy's: ``sqlite:///file``, ``postgresql+psycopg://…``.
    :param folder: the data directory, with the key that secrets are sealed with; None: where the SQLite file is.
    """

    def __init__(self, url: str, environment: Environment | None = None, folder: Path | None = None) -> None:
        self.url = url
        self.environment = environment or Environment()
        self.sealing = Sealing(folder or _folder_of(url), self.environment)
        self.engine = make_engine(url)
        self._reader = self._make_reader(url)

    def _make_reader(self, url: str) -> Engine:
        if make_url(url).get_backend_name() == "postgresql":
            return self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return make_engine(url, read_only=True)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, rolled back by any exception."""
        with self.engine.begin() as connection:
            token = _writing.set((*_writing.get(), self))
            try:
                yield connection.execution_options(**{_CHANNEL: self})
            finally:
                _writing.reset(token)

    @property
    def is_writing(self) -> bool:
        """Whether this thread (or task) is within :meth:`writing`: a second one would wait for it for ever."""
        return self in _writing.get()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees a single moment and in which the database refuses to write."""
        with self._reader.connect() as connection, connection.begin():
            yield connection

    @property
    def reader(self) -> Engine:
        """Connections in which the database refuses to write, for whoever reads through an ORM."""
        return self._reader

    def check(self) -> None:
        """A real query, for health checks.

        :raises sqlalchemy.exc.SQLAlchemyError: the database does not answer as it should.
        """
        with self.reading() as connection:
            connection.execute(select(row_counter.c.value)).all()

    def close(self) -> None:
        """Close the connections that are not in use."""
        self.engine.dispose()
        self._reader.dispose()


def _folder_of(url: str) -> Path | None:
    parts = make_url(url)
    return Path(parts.database).parent if parts.get_backend_name() == "sqlite" and parts.database else None


def lock_row(
    connection: Connection, statement: Select[Any], parameters: Mapping[str, Any] | None = None
) -> Row[Any] | None:
    """The row that ``statement`` finds, locked against other writers until the end of the transaction.

    PostgreSQL locks the row. SQLite has locked the whole database with BEGIN IMMEDIATE.
    """
    return connection.execute(_locking(statement), parameters).first()


@lru_cache(maxsize=32)
def _locking(statement: Select[Any]) -> Select[Any]:
    """Made once for a statement that comes with every batch."""
    return statement.with_for_update()


def clock_of(connection: Connection) -> Clock:
    """The clock that a channel was handed, for what is written through one of its connections."""
    channel = _channel_of(connection)
    return SystemClock() if channel is None else channel.environment.clock


def sealing_of(connection: Connection) -> Sealing:
    """What seals secrets that are written through a channel's connection.

    :raises LookupError: it is no channel's connection.
    """
    channel = _channel_of(connection)
    if channel is None:
        raise LookupError("a connection that no channel has opened")
    return channel.sealing


def _channel_of(connection: Connection) -> Channel | None:
    channel: Channel | None = connection.get_execution_options().get(_CHANNEL)
    return channel
