"""Plugins' tables in an offline database: made, made anew when they are declared otherwise, and taken away with their
plugin. What they hold came in packages, and comes again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Connection, MetaData, Table, delete, inspect, select

from kassa.masterdata import upsert
from kassa.packages.applying import forget_checkpoint
from kassa.schema.columns import code, document
from kassa.schema.groups import TableGroup
from kassa.schema.plugin_tables import DECLARATION, is_plugins

held = Table(
    "held_plugin_table",
    MetaData(),
    Column("table_name", code(40), primary_key=True),
    Column("table_group", code(40), nullable=False),
    Column("declaration", document(), nullable=False, doc="JSON: a PluginTable"),
)


def hold_plugin_tables(connection: Connection, groups: Iterable[TableGroup]) -> None:
    """Have exactly the tables of these groups, within the caller's transaction. A table group with a table that is new
    or declared otherwise counts as never loaded."""
    wanted = {group.name: group for group in groups if is_plugins(group)}
    if not wanted and not _was_held(connection):
        return
    held.create(connection, checkfirst=True)
    there = {row.table_name: row for row in connection.execute(select(held))}
    declared = {str(table.name): table for group in wanted.values() for table in group.tables}
    for name, row in there.items():
        if name not in declared or row.declaration != declared[name].info[DECLARATION]:
            Table(name, MetaData()).drop(connection, checkfirst=True)
            connection.execute(delete(held).where(held.c.table_name == name))
            forget_checkpoint(connection, row.table_group)
    for group in wanted.values():
        for table in group.tables:
            known = there.get(str(table.name))
            if known is not None and known.declaration == table.info[DECLARATION]:
                continue
            table.create(connection, checkfirst=True)
            noted = {"table_name": table.name, "table_group": group.name, "declaration": table.info[DECLARATION]}
            upsert(connection, held, [noted])
            forget_checkpoint(connection, group.name)


def _was_held(connection: Connection) -> bool:
    return inspect(connection).has_table(held.name, schema=connection.schema_for_object(held))


def drop_plugin_tables(connection: Connection) -> None:
    """Drop them all, and what is noted of them."""
    if not _was_held(connection):
        return
    for name in connection.execute(select(held.c.table_name)).scalars().all():
        Table(name, MetaData()).drop(connection, checkfirst=True)
    held.drop(connection)
