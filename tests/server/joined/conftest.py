"""Headquarters on each database, listening on loopback; store servers that have joined it, and their registers.

Nothing goes up or down by itself: tests say when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from tests.server.conftest import Shop, sqlite_database
from tests.server.device import Device

from kassa.environment import Environment
from kassa.schema.engine import make_engine
from kassa.testing.clock import TestClock
from kassa_server.activation import make_code
from kassa_server.app import create_app
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_codes import group_of_store, make_channel_code
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.joined.joined import Joined, JoinedSettings
from kassa_server.joined.membership import join_headquarters
from kassa_server.roles import Role
from kassa_server.running import RunningServer, Settings, activation_text


class Office:
    """Headquarters, started and stopped, with what is in its database."""

    def __init__(self, folder: Path, database: str, role: Role = Role.HEADQUARTERS) -> None:
        self.folder = folder
        self.database = database
        self.role = role
        self.channel = Channel(database, folder=folder)
        self._port = 0
        self._running: RunningServer | None = None
        self.start()

    def start(self) -> None:
        """Start it on the port that it had."""
        settings = Settings(self.folder, self.database, port=self._port, schedules=False, role=self.role)
        self._running = RunningServer(settings)
        self._running.start()
        self.address = self._running.address
        self._port = int(self._running.address.rsplit(":", 1)[1])

    def stop(self) -> None:
        """Stop it."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def close(self) -> None:
        """Stop it for good."""
        self.stop()
        self.channel.close()

    def code(self, name: str = "Butik", store_id: str = "S1") -> str:
        """A code for a store server."""
        with self.channel.writing() as connection:
            group = group_of_store(connection, store_id)
            code = make_channel_code(connection, self.channel.environment, name, group)
        return activation_text(self.folder, code).text

    def distribute(self) -> None:
        """Make packages of what has changed."""
        run = Distribution(self.channel, DirectoryFiles(self.folder / "packages")).run(author="test")
        assert run.state != "create_failed", run.error

    def rows(self, table: Any, **equals: Any) -> list[dict[str, Any]]:
        """Rows of a table."""
        statement = table.select()
        for name, value in equals.items():
            statement = statement.where(table.c[name] == value)
        with self.channel.reading() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]


class Branch:
    """A store server that has joined, on an empty database, with a clock in the test's hands."""

    def __init__(self, folder: Path, office: Office, database: str | None = None) -> None:
        clock = TestClock()
        environment = Environment(clock=clock)
        self.office = office
        self.folder = folder
        membership = join_headquarters(folder, office.code(folder.name), environment)
        database = database or f"sqlite:///{folder / 'channel.db'}"
        app = create_app(
            database,
            environment=environment,
            folder=folder,
            role=Role.STORE_SERVER,
            joined=JoinedSettings(membership, folder),
        )
        self.joined: Joined = app.state.joined
        self.uploader, self.downloader = self.joined.uploader, self.joined.downloader
        self.shop = Shop(TestClient(app, raise_server_exceptions=False), app.state.server, clock)

    def up(self) -> None:
        """One round of P-0001."""
        self.uploader.round()

    def down(self) -> None:
        """Headquarters makes packages of what has changed, and this store server fetches them."""
        self.office.distribute()
        self.downloader.round()

    def code(self, register_id: str) -> str:
        """An activation code made in headquarters, which has come here."""
        with self.office.channel.writing() as connection:
            made = make_code(connection, self.office.channel.environment, register_id, self.folder.name)
        self.down()
        return made

    def device(self, register_id: str = "R1") -> Device:
        """A device that this store server has activated."""
        made = Device(self.shop.client, self.shop.clock)
        made.activate(self.code(register_id))
        return made

    def close(self) -> None:
        """End."""
        self.joined.stop()
        self.shop.client.close()
        self.shop.channel.close()


@pytest.fixture
def office(tmp_path: Path, small_store: Path) -> Iterator[Office]:
    """Headquarters on SQLite, with the small store's master data: for rules that no database changes."""
    with closing(Office(tmp_path / "headquarters", sqlite_database(tmp_path, small_store))) as made:
        yield made


@pytest.fixture
def open_branch(tmp_path: Path, office: Office) -> Iterator[Callable[..., Branch]]:
    """Makes store servers that have joined it, on SQLite."""
    with ExitStack() as stack:
        yield lambda name="branch": stack.enter_context(closing(Branch(tmp_path / name, office)))


@pytest.fixture
def branch(open_branch: Callable[..., Branch]) -> Branch:
    """One store server that has joined it."""
    return open_branch()


@pytest.fixture(params=["sqlite", "postgresql"])
def chain(request: pytest.FixtureRequest, tmp_path: Path, small_store: Path) -> Iterator[Branch]:
    """A store server that has joined a headquarters, both on SQLite or both on PostgreSQL."""
    here, there = sqlite_database(tmp_path, small_store), None
    if request.param == "postgresql":
        here = request.getfixturevalue("shared_postgresql")()
        there = request.getfixturevalue("empty_postgresql")()
    with (
        closing(Office(tmp_path / "headquarters", here)) as office,
        closing(Branch(tmp_path / "branch", office, there)) as branch,
    ):
        yield branch


@pytest.fixture(scope="session")
def empty_postgresql(postgresql: Callable[[], str]) -> Callable[[], str]:
    """One PostgreSQL database of its own for store servers; each call empties it and returns its URL."""
    url = postgresql()

    def empty() -> str:
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        return url

    return empty
