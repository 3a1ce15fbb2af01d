"""Plugins' tables in every offline database: there with the plugin, made anew when declared otherwise, gone with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect
from tests.core.offline_database.pages import build, load, page, prices
from tests.core.packages.warehouse import NOW

from kassa.masterdata import upsert
from kassa.offline_database import OfflineDatabase
from kassa.packages.applying import checkpoints, package_checkpoint
from kassa.plugin_tables import PluginColumn, PluginTable
from kassa.runtime.channel_records import ChannelRecords
from kassa.schema.plugin_tables import groups_of_plugins

FIRST = PluginTable("acme_thing", "number", (PluginColumn("number", "code", 9), PluginColumn("name", "words", 9)))
SECOND = PluginTable("acme_thing", "number", (*FIRST.columns, PluginColumn("sum", "rate")))


def declared(database: OfflineDatabase, *tables: PluginTable) -> OfflineDatabase:
    """As a register with these tables opens it."""
    database.declare(groups_of_plugins(("acme", table) for table in tables))
    if database.available:
        database.hold_tables()
    return database


def put(database: OfflineDatabase, number: str) -> None:
    """A row, as a package brings it."""
    (group,) = (one for one in database.groups if one.name == "acme")
    with database.writing() as connection:
        upsert(connection, group.tables[0], [{"number": number, "name": "Ask"}])
        at = {"table_group": "acme", "version": 7, "package_id": "p", "rows": 1, "applied_at": NOW}
        upsert(connection, package_checkpoint, [at])


def numbers(database: OfflineDatabase) -> list[str]:
    with database.reading() as connection:
        return [row["number"] for row in ChannelRecords(connection, tables=database.tables).find("acme_thing")]


def is_there(database: OfflineDatabase) -> Iterator[bool]:
    """The table, and the table group's checkpoint."""
    with database.reading() as connection:
        schema = None if database.kind == "sqlite" else database.active
        yield inspect(connection).has_table("acme_thing", schema=schema)
        yield "acme" in checkpoints(connection)


@pytest.mark.parametrize("before", [True, False], ids=["declared before it is loaded", "declared on one that is there"])
def test_tables_come_and_go(database: OfflineDatabase, before: bool) -> None:
    """Rows stay as long as the declaration does; another version's table is empty and counts as never loaded; without
    the plugin there is nothing of it. Kassa's own rows are not touched."""
    if before:
        declared(database, FIRST)
    load(database, page(("1", "10.00", 1)))
    declared(database, FIRST)
    assert numbers(database) == []
    put(database, "A1")
    declared(database, FIRST)
    assert numbers(database) == ["A1"]
    assert list(is_there(database)) == [True, True]
    declared(database, SECOND)
    assert numbers(database) == []
    assert list(is_there(database)) == [True, False]
    put(database, "A2")
    declared(database)
    assert list(is_there(database)) == [False, False]
    with pytest.raises(LookupError, match="acme_thing"):
        numbers(database)
    assert list(prices(database)) == ["1"]


def test_a_new_copy_has_them(database: OfflineDatabase) -> None:
    """Whoever reads the moment that a copy becomes active finds the tables there."""
    declared(database, FIRST)
    load(database, page(("1", "10.00", 1)))
    put(database, "A1")
    database.activate(build(database, page(("1", "12.00", 2))))
    assert numbers(database) == []
    assert list(is_there(database)) == [True, False]
