"""Plugins' tables in the channel database: migrated by what every version of the plugin that runs here declares.

Tables and columns are only added, so that versions stand side by side; going back to an earlier one, or taking the
plugin off, leaves what there is, with its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import structlog
from sqlalchemy import Connection, Table, select, text

from kassa.declared_tables import declared_tables
from kassa.masterdata import upsert
from kassa.packages.applying import forget_checkpoint
from kassa.plugin_tables import PluginTable, widened
from kassa.plugins import PluginHost
from kassa.schema.master import master
from kassa.schema.plugin_tables import column_for, table_for
from kassa_server.channel import Channel
from kassa_server.schema import channel as server_tables
from kassa_server.schema import plugin_table

_LOCK = 0x4B415354
"""PostgreSQL's advisory lock, held while plugins' tables change: several servers may load a plugin at once."""


@dataclass(frozen=True)
class Declared:
    """A table as a version of a plugin declares it."""

    plugin: str
    version: str
    table: PluginTable


@dataclass(frozen=True)
class Refused:
    """A declaration that does not go with what is there, in English for the plugin's maker."""

    plugin: str
    why: str


def declare_tables(channel: Channel, declared: Sequence[Declared]) -> list[Refused]:
    """Make and change tables so that these versions find theirs; those that cannot be are left as they are.

    A database that has them already is only read.
    """
    with channel.reading() as connection:
        refused, changed = _compare(connection, declared)
    if not changed:
        return refused
    with channel.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        refused, changed = _compare(connection, declared)
        for before, now in changed:
            _migrate(connection, before, now.table)
            forget_checkpoint(connection, now.plugin)
            _keep(connection, now, channel)
    return refused


def _compare(
    connection: Connection, declared: Sequence[Declared]
) -> tuple[list[Refused], list[tuple[PluginTable | None, Declared]]]:
    """What does not go, and what is to be changed: what was there, and what must be."""
    there = {
        row.table_name: (row.plugin, msgspec.json.decode(row.declaration, type=PluginTable))
        for row in connection.execute(select(plugin_table))
    }
    refused, changed = [], []
    for one in declared:
        owner, known = there.get(one.table.name, (one.plugin, None))
        if owner != one.plugin or one.table.name in server_tables.tables:
            refused.append(Refused(one.plugin, f"table {one.table.name!r} is another's already"))
            continue
        try:
            wanted = one.table if known is None else widened(known, one.table)
        except ValueError as error:
            refused.append(Refused(one.plugin, str(error)))
            continue
        if wanted != known:
            there[one.table.name] = (owner, wanted)
            changed.append((known, Declared(one.plugin, one.version, wanted)))
    return refused, changed


def _migrate(connection: Connection, before: PluginTable | None, now: PluginTable) -> None:
    """The migration of one table, by Alembic."""
    # Alembic takes a third of a second to import, and most starts do not need it.
    from alembic.operations import Operations
    from alembic.operations.ops import CreateIndexOp, CreateTableOp
    from alembic.runtime.migration import MigrationContext

    operations = Operations(MigrationContext.configure(connection))
    if before is None:
        table = table_for(now)
        operations.invoke(CreateTableOp.from_table(table))
        for index in table.indexes:
            operations.invoke(CreateIndexOp.from_index(index))
        return
    known = {column.name: column for column in before.columns}
    for column in now.columns:
        if column.name not in known:
            operations.add_column(now.name, column_for(column))
        elif column != known[column.name] and connection.dialect.name != "sqlite":  # there text has any length
            key = column.name == now.key
            operations.alter_column(now.name, column.name, type_=column_for(column).type, existing_nullable=not key)


def _keep(connection: Connection, declared: Declared, channel: Channel) -> None:
    row = {
        "table_name": declared.table.name,
        "plugin": declared.plugin,
        "version": declared.version,
        "declaration": msgspec.json.encode(declared.table).decode(),
        "changed_at": channel.environment.clock.utc(),
    }
    upsert(connection, plugin_table, [row])
    structlog.get_logger("kassa.server").info(
        "plugin_table_changed", plugin=declared.plugin, version=declared.version, table=declared.table.name
    )


def tables_of(plugins: PluginHost) -> list[Declared]:
    """What loaded plugins declare."""
    return [Declared(plugin, plugins.loaded[plugin].info.version, table) for plugin, table in declared_tables(plugins)]


class TablesOf(Mapping[str, Table]):
    """The tables that handlers may name: master data, and plugins', which are looked up when one is asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._plugins: dict[str, Table] | None = None

    def _of_plugins(self) -> dict[str, Table]:
        if self._plugins is None:
            found = self._connection.execute(select(plugin_table.c.declaration)).scalars()
            tables = [table_for(msgspec.json.decode(each, type=PluginTable)) for each in found]
            self._plugins = {str(table.name): table for table in tables}
        return self._plugins

    def __getitem__(self, name: str) -> Table:
        known = master.tables.get(name)
        return self._of_plugins()[name] if known is None else known

    def __iter__(self) -> Iterator[str]:
        return iter({**master.tables, **self._of_plugins()})

    def __len__(self) -> int:
        return len(master.tables) + len(self._of_plugins())
