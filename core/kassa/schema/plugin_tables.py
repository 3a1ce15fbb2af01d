"""Tables and table groups out of what plugins declare (:mod:`kassa.plugin_tables`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table

from kassa.plugin_tables import PLACES, PluginColumn, PluginTable
from kassa.schema.columns import (
    CHANNEL_ONLY,
    COUNTED_HERE,
    UtcDateTime,
    code,
    day,
    document,
    quantity,
    rate,
    unit_price,
    words,
)
from kassa.schema.groups import TableGroup
from kassa.schema.master import master

DECLARATION = "declaration"
"""``Table.info``: the declaration of a plugin's table, as JSON."""
OF_REGISTERS = "of_registers"
"""``Table.info``: a row belongs to the register that it names."""


def table_for(declared: PluginTable) -> Table:
    """The table of a declaration; the same object each time."""
    return _table(msgspec.json.encode(declared))


@lru_cache(maxsize=512)
def _table(document: bytes) -> Table:
    declared = msgspec.json.decode(document, type=PluginTable)
    version: Column[Any] = Column(
        "row_version", BigInteger, nullable=False, server_default="0", info={COUNTED_HERE: True}
    )
    table = Table(declared.name, MetaData(), *_columns(declared), version)
    table.info.update({DECLARATION: document.decode(), OF_REGISTERS: declared.scope == "register"})
    Index(f"ix_{declared.name}_row_version", table.c.row_version)
    return table


def _columns(declared: PluginTable) -> Iterable[Column[Any]]:
    for column in declared.columns:
        yield column_for(column, key=column.name == declared.key)
    for name, length in PLACES[declared.scope]:
        yield Column(name, code(length), nullable=False, server_default="")


def column_for(column: PluginColumn, *, key: bool = False) -> Column[Any]:
    """A column of a declaration."""
    info = {CHANNEL_ONLY: True} if column.channel_only else {}
    return Column(column.name, _type(column), primary_key=key, nullable=not key, info=info)


def _type(column: PluginColumn) -> Any:
    match column.kind:
        case "code":
            return code(column.length)
        case "words":
            return words(column.length)
        case "integer":
            return BigInteger()
        case "boolean":
            return Boolean()
        case _:
            plain: dict[str, Callable[[], Any]] = {
                "document": document, "day": day, "time": UtcDateTime,
                "unit_price": unit_price, "quantity": quantity, "rate": rate,
            }  # fmt: skip
            return plain[column.kind]()


def declared_in(table: Table) -> PluginTable:
    """What a plugin's table was declared as."""
    return msgspec.json.decode(table.info[DECLARATION], type=PluginTable)


def is_plugins(group: TableGroup) -> bool:
    """Whether a table group is a plugin's."""
    return any(DECLARATION in table.info for table in group.tables)


def groups_of_plugins(declared: Iterable[tuple[str, PluginTable]], *, channel: bool = False) -> tuple[TableGroup, ...]:
    """A table group for each plugin, with its name.

    :param declared: each with its plugin's name.
    :param channel: of channel databases: where there are *channel only* columns they get packages of their own.
    """
    by_plugin: dict[str, list[PluginTable]] = {}
    for plugin, table in declared:
        by_plugin.setdefault(plugin, []).append(table)
    return tuple(_group(plugin, tables, channel) for plugin, tables in sorted(by_plugin.items()))


def _group(plugin: str, declared: list[PluginTable], channel: bool) -> TableGroup:
    apart = channel and any(column.channel_only for table in declared for column in table.columns)
    tables = tuple(table_for(table) for table in sorted(declared, key=lambda one: one.name))
    per_store = any(table.scope != "chain" for table in declared)
    return TableGroup(plugin, tables, per_store, "channel" if apart else "offline")


def tables_by_name(groups: Iterable[TableGroup]) -> Mapping[str, Table]:
    """Every table that handlers may name: master data, and those of ``groups``."""
    return {**master.tables, **{str(table.name): table for group in groups for table in group.tables}}
