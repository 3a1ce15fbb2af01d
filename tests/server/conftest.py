"""Channel databases to test on: SQLite and a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from starlette.testclient import TestClient
from tests.postgresql import PostgreSQLServer
from tests.server.device import Device

from kassa.environment import Environment
from kassa.schema.master import master
from kassa.testing.clock import TestClock
from kassa.testing.store import SMALL_STORE
from kassa_server.app import create_app
from kassa_server.channel import Channel
from kassa_server.headquarters.package_files import PackageFiles
from kassa_server.schema import channel
from kassa_server.server import StoreServer
from kassa_server.store_file import prepare


def plain_log() -> None:
    """Log lines without the local variables that structlog shows a developer: drawing them takes a second each."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="session", autouse=True)
def _plain_log() -> Iterator[None]:
    plain_log()
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small store in a SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("store") / "channel.db"
    prepare(f"sqlite:///{file}", SMALL_STORE)
    return file


@pytest.fixture(scope="session")
def postgresql(postgresql_server: PostgreSQLServer) -> Callable[[], str]:
    """Each call makes a PostgreSQL database with the small store and returns its URL."""
    postgresql_server.execute("CREATE DATABASE small_store")
    prepare(postgresql_server.url("small_store"), SMALL_STORE)
    return partial(postgresql_server.create_database, template="small_store")


@pytest.fixture(scope="session")
def shared_postgresql(postgresql: Callable[[], str]) -> Callable[[], str]:
    """One PostgreSQL database for all tests that leave its tables' shape alone: each call puts the small store back and
    returns its URL. A database of its own would cost each test a quarter of a second."""
    url = postgresql()
    tables = [*master.sorted_tables, *channel.sorted_tables]
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA pristine")
        for table in tables:
            _run(connection, f"CREATE TABLE pristine.{table.name} AS TABLE public.{table.name}")

    def restore() -> str:
        with psycopg.connect(_plain(url)) as connection:
            for table in reversed(tables):
                _run(connection, f"DELETE FROM public.{table.name}")
            for table in tables:
                _run(connection, f"INSERT INTO public.{table.name} SELECT * FROM pristine.{table.name}")
        return url

    return restore


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    connection.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, small_store: Path) -> str:
    """A channel database with the small store; the test runs once on each engine."""
    if request.param == "postgresql":
        made: str = request.getfixturevalue("shared_postgresql")()
        return made
    return sqlite_database(tmp_path, small_store)


def sqlite_database(folder: Path, small_store: Path) -> str:
    """A copy of the small store."""
    file = folder / "channel.db"
    shutil.copy(small_store, file)
    return f"sqlite:///{file}"


@dataclass
class Shop:
    """A store server without a network, with a clock in the test's hands."""

    client: TestClient
    server: StoreServer
    clock: TestClock
    devices: list[Device] = field(default_factory=list)

    @property
    def channel(self) -> Channel:
        return self.server.channel

    def device(self, register_id: str = "R1", **more: Any) -> Device:
        """A device activated as a register."""
        made = Device(self.client, self.clock, **more)
        made.activate(self.code(register_id))
        self.devices.append(made)
        return made

    def code(self, register_id: str = "R1") -> str:
        """A new activation code."""
        from kassa_server.activation import make_code

        with self.channel.writing() as connection:
            return make_code(connection, self.channel.environment, register_id)

    def rows(self, table: Any, **equals: Any) -> list[dict[str, Any]]:
        """Rows of a table."""
        statement = table.select()
        for name, value in equals.items():
            statement = statement.where(table.c[name] == value)
        with self.channel.reading() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    """The store server's application on a channel database."""
    yield from open_shop(database)


@pytest.fixture
def sqlite_shop(tmp_path: Path, small_store: Path) -> Iterator[Shop]:
    """The same on SQLite only: for rules that no database changes."""
    yield from open_shop(sqlite_database(tmp_path, small_store))


def open_shop(database: str, packages: PackageFiles | None = None) -> Iterator[Shop]:
    """A shop on a database; ``packages`` in a directory of their own unless they are given."""
    clock = TestClock()
    with tempfile.TemporaryDirectory(prefix="kassa-packages-") as folder:
        app = create_app(
            database, environment=Environment(clock=clock), folder=Path(folder), packages=packages or Path(folder)
        )
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Shop(client, app.state.server, clock)
