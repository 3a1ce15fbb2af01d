"""The offline database that a register was installed with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from kassa.environment import Environment
from kassa.offline_database.interface import OfflineDatabase, Pointers
from kassa.offline_database.location import NONE, SQLITE, full_url
from kassa.offline_database.nothing import NoOfflineDatabase
from kassa.offline_database.sqlite import SQLiteOfflineDatabase


def make_offline_database(
    directory: Path, journal: Pointers, environment: Environment, location: str = SQLITE
) -> OfflineDatabase:
    """The offline database of the register in ``directory``. Nothing is opened yet.

    :param location: of ``installation.json``.
    :raises kassa.errors.SetupError: its password cannot be read.
    """
    if location == SQLITE:
        return SQLiteOfflineDatabase(directory, journal, environment)
    if location == NONE:
        return NoOfflineDatabase(directory, journal, environment)
    # A driver costs a register on SQLite nothing.
    if make_url(location).get_backend_name() == "postgresql":
        from kassa.offline_database.postgresql import PostgreSQLOfflineDatabase

        return PostgreSQLOfflineDatabase(directory, journal, environment, full_url(directory, location))
    from kassa.offline_database.sql_server import SQLServerOfflineDatabase

    return SQLServerOfflineDatabase(directory, journal, environment, full_url(directory, location))
