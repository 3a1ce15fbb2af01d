"""The offline database on PostgreSQL. Read-only connections are so by PostgreSQL's own word; the search path chooses
the copy, so that a partner's plain SQL reads it too."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, exc
from sqlalchemy.schema import DropSchema

from kassa.offline_database.server import ServerOfflineDatabase
from kassa.schema import make_engine

CONNECT_S = 2
READ_MS = 5000
_DAMAGE = ("42P01", "3F000")
"""No such table, no such schema."""
_SILENT = ("08", "57", "53", "25P03")
"""Classes of connection, operator intervention and lack of resources."""


class PostgreSQLOfflineDatabase(ServerOfflineDatabase):
    """A copy is a schema of the register's database."""

    title = "PostgreSQL"
    kind = "postgresql"

    def _engine(self, name: str, *, read_only: bool) -> Engine:
        settings = {"search_path": name}
        if read_only:
            settings |= {"default_transaction_read_only": "on", "statement_timeout": str(READ_MS)}
        return self._opened(settings)

    def _whole_engine(self) -> Engine:
        return self._opened({})

    def _opened(self, settings: dict[str, str]) -> Engine:
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        arguments = {"options": options, "connect_timeout": CONNECT_S, "application_name": "kassa"}
        # The server may be any version, and the text of its errors in any language: only the codes are read.
        return make_engine(self.url, arguments=arguments)

    def _drop_schema(self, connection: Connection, name: str) -> None:
        connection.execute(DropSchema(name, cascade=True, if_exists=True))

    @staticmethod
    def _size_statement() -> str:
        return (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :name AND c.relkind = 'r'"
        )

    def _is_silent(self, error: exc.DBAPIError) -> bool:
        code = _code(error)
        return error.connection_invalidated or code is None or code.startswith(_SILENT)

    def _is_damage(self, error: exc.DBAPIError) -> bool:
        return _code(error) in _DAMAGE


def _code(error: exc.DBAPIError) -> str | None:
    """The SQLSTATE; None: the server has said nothing."""
    return getattr(error.orig, "sqlstate", None)
