"""Plugins' tables in a store server that stands apart: brought by packages once it has the plugin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, text
from tests.server.joined.conftest import Branch

from kassa.plugin_tables import PluginColumn, PluginTable
from kassa.schema.plugin_tables import table_for
from kassa_server.channel import Channel
from kassa_server.master_data import put_rows
from kassa_server.plugin_tables import Declared, declare_tables

DECLARED = PluginTable(
    "acme_card", "number",
    (PluginColumn("number", "code", 9), PluginColumn("name", "words", 9), PluginColumn("pin", "code", 9, True)),
    "store",
)  # fmt: skip
CARDS: Table = table_for(DECLARED)


@pytest.fixture
def declared(chain: Branch) -> Iterator[Branch]:
    """Headquarters has the plugin, the store server not yet; the databases are left as they were found."""
    declare(chain.office.channel)
    yield chain
    for channel in (chain.office.channel, chain.shop.channel):
        with channel.writing() as connection:
            connection.execute(text("DROP TABLE IF EXISTS acme_card"))


def declare(channel: Channel) -> None:
    assert declare_tables(channel, [Declared("acme", "1", DECLARED)]) == []


def cards(branch: Branch) -> list[tuple[str, str, str]]:
    return sorted((row["number"], row["name"], row["pin"]) for row in branch.shop.rows(CARDS))


def put(branch: Branch, number: str, name: str, store_id: str = "S1") -> None:
    with branch.office.channel.writing() as connection:
        put_rows(connection, CARDS, [{"number": number, "name": name, "pin": "1234", "store_id": store_id}])


def test_rows_come_once_the_plugin_is_there(declared: Branch) -> None:
    """Packages of a plugin that the store server does not have are passed over; when it has it, its rows come whole
    (with what is the channel only), then changed; another store's do not."""
    put(declared, "A1", "Ask")
    put(declared, "A2", "Alm", "S9")
    declared.down()
    declare(declared.shop.channel)
    assert cards(declared) == []
    declared.down()
    assert cards(declared) == [("A1", "Ask", "1234")]
    put(declared, "A1", "Björk")
    declared.down()
    assert cards(declared) == [("A1", "Björk", "1234")]
