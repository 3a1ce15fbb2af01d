"""Plugins' tables in the channel database: made and migrated by what each version declares, on both engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, CreateTable, Engine, Table, inspect, select
from sqlalchemy.dialects import mssql
from sqlalchemy.schema import CreateIndex

from kassa.plugin_tables import KINDS, PluginColumn, PluginTable
from kassa.runtime.channel_records import ChannelRecords
from kassa.schema.plugin_tables import table_for
from kassa_server.channel import Channel
from kassa_server.master_data import put_rows, remove_row
from kassa_server.plugin_tables import Declared, TablesOf, declare_tables
from kassa_server.schema import change_log, plugin_table

KEY = PluginColumn("number", "code", 20)
FIRST = PluginTable("acme_thing", "number", (KEY, PluginColumn("name", "words", 20)), "store")
SECOND = PluginTable(
    "acme_thing", "number", (KEY, PluginColumn("name", "words", 90), PluginColumn("sum", "rate")), "store"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def headquarters(request: pytest.FixtureRequest, tmp_path: Path, small_store: Path) -> Iterator[Channel]:
    """A channel database of its own: the tests change what tables it has."""
    if request.param == "postgresql":
        made = Channel(request.getfixturevalue("postgresql")(), folder=tmp_path)
    else:
        file = tmp_path / "channel.db"
        file.write_bytes(small_store.read_bytes())
        made = Channel(f"sqlite:///{file}")
    yield made
    made.close()


def declare(headquarters: Channel, table: PluginTable, version: str = "1", plugin: str = "acme") -> list[str]:
    """What was refused."""
    return [one.why for one in declare_tables(headquarters, [Declared(plugin, version, table)])]


def put(headquarters: Channel, row: dict[str, Any]) -> None:
    def write(connection: Connection, table: Table, written: Mapping[str, Any]) -> None:
        put_rows(connection, table, [written])

    with headquarters.writing() as connection:
        ChannelRecords(connection, write, remove_row, TablesOf(connection)).put("acme_thing", row)


def differs(engine: Engine, table: PluginTable) -> list[Any]:
    """Where the database's table is not as declared."""
    with engine.begin() as connection:
        options = {
            "compare_type": True,
            "include_object": lambda _o, name, kind, _r, _c: kind != "table" or name == "acme_thing",
        }
        return compare_metadata(MigrationContext.configure(connection, opts=options), table_for(table).metadata)


def test_versions_side_by_side(headquarters: Channel) -> None:
    """A table is made as declared; a later version's columns are added and its texts lengthened; the earlier version
    writes on, and its rows keep what they had. Loading either again changes nothing."""
    assert declare(headquarters, FIRST) == []
    assert differs(headquarters.engine, FIRST) == []
    put(headquarters, {"number": "A1", "name": "Ask", "store_id": "S1"})
    assert declare(headquarters, SECOND, "2") == []
    if headquarters.engine.dialect.name != "sqlite":  # SQLite's texts have any length
        assert differs(headquarters.engine, SECOND) == []
    assert declare(headquarters, FIRST, "1") == []
    put(headquarters, {"number": "A1", "name": "Alm", "store_id": "S1"})
    put(headquarters, {"number": "A2", "name": "Björk" * 15, "sum": Decimal(3), "store_id": ""})
    with headquarters.reading() as connection:
        records = ChannelRecords(connection, tables=TablesOf(connection))
        rows = [(row["number"], row["name"], row["sum"]) for row in records.find("acme_thing")]
        noted = connection.execute(select(plugin_table.c.version)).scalars().all()
    assert rows == [("A1", "Alm", None), ("A2", "Björk" * 15, 3)]
    assert noted == ["2"]


def test_changes_are_tracked(headquarters: Channel) -> None:
    """A plugin's rows stand in the log of changes with their store, and what is the channel's only is not told."""
    table = PluginTable("acme_thing", "number", (KEY, PluginColumn("pin", "code", 9, channel_only=True)), "store")
    declare(headquarters, table)
    put(headquarters, {"number": "A1", "pin": "1234", "store_id": "S1"})
    with headquarters.reading() as connection:
        (row,) = connection.execute(select(change_log).where(change_log.c.table_name == "acme_thing")).all()
    assert (row.row_key, row.store_id, row.action) == ("A1", "S1", "insert")
    assert "1234" not in str(row.after)


def test_what_does_not_go_together_is_refused(headquarters: Channel) -> None:
    """Another plugin's table, another key or kind, and the server's own tables are refused by name and left alone."""
    declare(headquarters, FIRST)
    other = PluginTable("acme_thing", "number", (KEY, PluginColumn("name", "integer")), "store")
    (why,) = declare(headquarters, other, "2")
    assert "'name' is of another kind" in why
    (why,) = declare(headquarters, FIRST, plugin="acme_thin")
    assert "another's" in why
    (why,) = declare(headquarters, PluginTable("sales_line", "number", (KEY,)), plugin="sales")
    assert "another's" in why
    assert differs(headquarters.engine, FIRST) == []


def test_within_a_transaction_nothing_is_declared(headquarters: Channel) -> None:
    """Whoever writes already would wait for himself: it is known in time."""
    assert not headquarters.is_writing
    with headquarters.writing():
        assert headquarters.is_writing
    assert not headquarters.is_writing


def test_every_kind_of_column_compiles_for_sql_server() -> None:
    """Plugins' tables have a T-SQL form as Kassa's own have."""
    columns = tuple(PluginColumn(f"a_{kind}", kind, 9 if kind in ("code", "words") else 0) for kind in KINDS)  # type: ignore[arg-type]  # a Literal's own values
    table = table_for(PluginTable("acme_thing", "a_code", columns, "register"))
    dialect = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]
    dialect.server_version_info = (15,)
    written = str(CreateTable(table).compile(dialect=dialect))
    assert " VARCHAR" not in written
    assert "BOOLEAN" not in written
    assert all(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)


def test_a_plugin_without_tables_costs_nothing(headquarters: Channel) -> None:
    """Where nothing is declared nothing is made."""
    assert declare_tables(headquarters, []) == []
    with headquarters.engine.connect() as connection:
        assert not [name for name in inspect(connection).get_table_names() if name.startswith("acme")]
