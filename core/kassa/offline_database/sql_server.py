"""The offline database on SQL Server.

A connection cannot choose its default schema there: statements are compiled for the copy. SQL Server has no read-only
connections to a database that is written too: whoever reads may send no statement but a SELECT, and nothing that is
read through :meth:`reading` is ever committed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event, exc, inspect
from sqlalchemy.schema import DropSchema

from kassa.errors import KassaError
from kassa.offline_database.interface import Result
from kassa.offline_database.plugin_tables import drop_plugin_tables
from kassa.offline_database.server import ServerOfflineDatabase
from kassa.packages.sqlite_snapshot import SCHEMAS
from kassa.schema import make_engine
from kassa.schema.odbc import LOGIN_S, READ_S

_DAMAGE = ("(208)", "(2760)")
"""Invalid object name; the schema does not exist."""
_AGAIN = ("(2627)", "(2601)", "(1205)")
_SILENT = ("08", "HYT", "28", "IM")
"""No connection, time-outs, log in refused, no driver."""


class SQLServerOfflineDatabase(ServerOfflineDatabase):
    """A copy is a schema of the register's database."""

    title = "SQL Server"
    kind = "mssql"

    def change(self, work: Callable[[Connection], Result]) -> Result:
        """Do ``work`` in one transaction; once more if another session was in its way (duplicate key, deadlock)."""
        try:
            return super().change(work)
        except KassaError as error:
            if not any(number in str(error.__cause__) for number in _AGAIN):
                raise
        return super().change(work)

    def _engine(self, name: str, *, read_only: bool) -> Engine:
        engine = make_engine(self.url, arguments={"timeout": LOGIN_S})
        if read_only:
            event.listen(engine, "before_cursor_execute", _only_selects)
            event.listen(engine, "connect", _limit)
        return engine.execution_options(schema_translate_map={None: name})

    def _whole_engine(self) -> Engine:
        return make_engine(self.url, arguments={"timeout": LOGIN_S})

    def _drop_schema(self, connection: Connection, name: str) -> None:
        inspector = inspect(connection)
        if name not in inspector.get_schema_names():
            return
        copy = connection.execution_options(schema_translate_map={None: name})
        drop_plugin_tables(copy)
        for schema in SCHEMAS:
            schema.drop_all(copy)
        connection.execute(DropSchema(name))

    @staticmethod
    def _size_statement() -> str:
        return (
            "SELECT coalesce(sum(a.total_pages), 0) * 8192 FROM sys.tables t"
            " JOIN sys.schemas s ON s.schema_id = t.schema_id JOIN sys.partitions p ON p.object_id = t.object_id"
            " JOIN sys.allocation_units a ON a.container_id = p.partition_id WHERE s.name = :name"
        )

    def _is_silent(self, error: exc.DBAPIError) -> bool:
        return error.connection_invalidated or _state(error).startswith(_SILENT)

    def _is_damage(self, error: exc.DBAPIError) -> bool:
        return any(number in str(error.orig) for number in _DAMAGE)


def _only_selects(
    _connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _executemany: bool
) -> None:
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        raise TypeError("handlers read the offline database, they do not write it")


def _limit(connection: Any, _record: Any) -> None:
    connection.timeout = READ_S


def _state(error: exc.DBAPIError) -> str:
    """The SQLSTATE that the driver gives first."""
    told = error.orig.args if error.orig is not None else ()
    return str(told[0]) if told else "08"
