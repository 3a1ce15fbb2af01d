"""Offline databases to test on: SQLite, a real PostgreSQL, and what KASSA_TEST_MSSQL_URL names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import MSSQL

from kassa.environment import Environment
from kassa.journal import Journal
from kassa.offline_database import OfflineDatabase, make_offline_database
from kassa.offline_database.location import keep_password, read_location

ENGINES = ("sqlite", "postgresql", *(("mssql",) if MSSQL else ()))
Opener = Callable[[], OfflineDatabase]


def installed_at(folder: Path, url: str) -> str:
    """What the register's installation says of a database, its password put away."""
    location = read_location(url)
    return location if isinstance(location, str) else keep_password(folder, location)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, Environment(), create=True)
    yield journal
    journal.close()


@pytest.fixture(params=ENGINES)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The test runs once on each engine."""
    url = "sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_server").create_database()
    elif request.param == "mssql":
        assert MSSQL is not None
        url = MSSQL
    return installed_at(tmp_path, url)


@pytest.fixture
def open_database(tmp_path: Path, journal: Journal, location: str) -> Iterator[Opener]:
    """Opens the register's offline database, as each start of the register does."""
    opened: list[OfflineDatabase] = []

    def open_it() -> OfflineDatabase:
        opened.append(make_offline_database(tmp_path, journal, Environment(), location))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


@pytest.fixture
def database(open_database: Opener) -> OfflineDatabase:
    return open_database()
