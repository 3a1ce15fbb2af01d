"""The channel database as the store server uses it: one engine that writes, one that only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select
from sqlalchemy.engine import make_url

from kassa.environment import Environment
from kassa.schema.engine import make_engine
from kassa_server.schema import row_counter


class Channel:
    """A channel database. Keeps no state of its own beyond its connections; many processes may share one database.

    :param url: SQLAlchemy's: ``sqlite:///file``, ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str, environment: Environment | None = None) -> None:
        self.url = url
        self.environment = environment or Environment()
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
            yield connection

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


def lock_row(
    connection: Connection, statement: Select[Any], parameters: Mapping[str, Any] | None = None
) -> Row[Any] | None:
    """The row that ``statement`` finds, locked against other writers until the end of the transaction.

    PostgreSQL locks the row. SQLite has locked the whole database with BEGIN IMMEDIATE.
    """
    return connection.execute(statement.with_for_update(), parameters).first()
