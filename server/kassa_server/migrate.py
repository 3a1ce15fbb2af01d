"""Bringing a channel database to this version's tables, at every start. Quick where nothing is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from kassa.errors import SetupError
from kassa.text import literal, texts

if TYPE_CHECKING:
    from alembic.config import Config

_, n_ = texts("kassa_server")

NEWEST = "0032"
"""The last migration; a test compares it with the files."""
_LOCK = 0x4B415353
"""PostgreSQL's advisory lock, held while tables change: several servers may start at once."""


def upgrade(engine: Engine) -> None:
    """Make or change the tables, in one transaction.

    :raises SetupError: the database was made by a newer version of Kassa.
    """
    with engine.begin() as connection:
        if database_version(connection) == NEWEST:
            return
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = database_version(connection)
        if found is not None and found > NEWEST:
            raise SetupError(
                _("The channel database was made by a newer version of Kassa."),
                kept=_("Nothing was changed in it."),
                hint=_("Update Kassa on this machine."),
                where=f"{literal(found)} after {NEWEST}",
            )
        if found != NEWEST:
            _migrate(connection)


def _migrate(connection: Connection) -> None:
    # Alembic takes a third of a second to import, and most starts do not need it.
    from alembic import command

    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's settings, for one connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", "kassa_server:migrations")
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def database_version(connection: Connection) -> str | None:
    """The last migration that a database has had; None: it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
