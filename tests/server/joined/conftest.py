"""Headquarters on each database, listening on loopback; store servers that have joined it, and their registers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.server.conftest import Shop, open_shop, sqlite_database

from kassa.environment import Environment
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_codes import make_channel_code
from kassa_server.joined.link import Link
from kassa_server.joined.membership import Membership, join_headquarters
from kassa_server.joined.uploading import Uploader
from kassa_server.roles import Role
from kassa_server.running import RunningServer, Settings, activation_text


class Office:
    """Headquarters, started and stopped, with what is in its database."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database
        self.channel = Channel(database)
        self._port = 0
        self._running: RunningServer | None = None
        self.start()

    def start(self) -> None:
        """Start it on the port that it had."""
        settings = Settings(self.folder, self.database, port=self._port, schedules=False, role=Role.HEADQUARTERS)
        self._running = RunningServer(settings)
        self._running.start()
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

    def code(self, *stores: str) -> str:
        """A code for a store server."""
        with self.channel.writing() as connection:
            code = make_channel_code(connection, self.channel.environment, "Butik", stores or ("S1",))
        return activation_text(self.folder, code).text

    def rows(self, table: Any, **equals: Any) -> list[dict[str, Any]]:
        """Rows of a table."""
        statement = table.select()
        for name, value in equals.items():
            statement = statement.where(table.c[name] == value)
        with self.channel.reading() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]


@dataclass
class Branch:
    """A store server that has joined; nothing goes up but by :meth:`up`."""

    shop: Shop
    membership: Membership
    link: Link
    uploader: Uploader

    def up(self) -> None:
        """One round of P-0001."""
        self.uploader.round()


@pytest.fixture
def office(tmp_path: Path, database: str) -> Iterator[Office]:
    """Headquarters with the small store's master data, on each database."""
    with closing(Office(tmp_path / "headquarters", database)) as made:
        yield made


@pytest.fixture
def open_branch(tmp_path: Path, office: Office, small_store: Path) -> Iterator[Callable[..., Branch]]:
    """Makes store servers that have joined."""
    with ExitStack() as stack:

        def make(name: str = "branch", *stores: str) -> Branch:
            opened = contextmanager(_branches)
            return stack.enter_context(opened(tmp_path / name, office, small_store, *stores))

        yield make


def _branches(folder: Path, office: Office, small_store: Path, *stores: str) -> Iterator[Branch]:
    folder.mkdir()
    membership = join_headquarters(folder, office.code(*stores), Environment())
    for shop in open_shop(sqlite_database(folder, small_store)):
        with closing(Link(membership, Environment())) as link:
            yield Branch(shop, membership, link, Uploader(shop.channel, link))


@pytest.fixture
def sqlite_office(tmp_path: Path, small_store: Path) -> Iterator[Office]:
    """Headquarters on SQLite only: for rules that no database changes."""
    with closing(Office(tmp_path / "headquarters", sqlite_database(tmp_path, small_store))) as made:
        yield made


@pytest.fixture
def sqlite_branch(tmp_path: Path, sqlite_office: Office, small_store: Path) -> Iterator[Branch]:
    """One store server that has joined it."""
    yield from _branches(tmp_path / "branch", sqlite_office, small_store)


@pytest.fixture
def branch(open_branch: Callable[..., Branch]) -> Branch:
    """One store server that has joined."""
    return open_branch()
