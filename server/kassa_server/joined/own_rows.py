"""Rows that commands write in a joined store server: a customer added at the till is here at once, goes up in the
command's entry, is done at headquarters once, and comes back in a package.

Until then the row lies *over* what packages say. Before a package is applied the rows of its table group are taken off
and what packages said stands again; after it they are laid over again, but for those whose every command headquarters
had done by the version that the package brings: there headquarters' word holds. Both in the package's transaction, so
nobody sees the row gone: not when an older snapshot comes first, not when the row comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from kassa.masterdata import upsert
from kassa.packages.applying import checkpoint_of
from kassa.packages.manifest import Batch
from kassa.packages.tables import column_type, packaged_columns, raw_columns
from kassa.packages.writers import make_writer
from kassa.schema.groups import TableGroup
from kassa_server.row_keys import deleting, with_key
from kassa_server.schema import own_row, own_row_command
from kassa_server.schema.groups import groups_for

_TYPES: dict[str, Any] = {"text": str, "integer": int, "boolean": bool, "bytes": bytes, "time": datetime}
LARGEST = 500
"""Commands asked for at once."""


@contextmanager
def noting_own_row(connection: Connection, command_id: str, table: Table, key: str) -> Iterator[None]:
    """A command writes or removes this row within; what it was and what it is are noted.

    Rows of tables that no package brings (suspended sales) are this store server's own for ever, and not noted.
    """
    if str(table.name) not in _groups(connection):
        yield
        return
    mine = _mine(str(table.name), key)
    if connection.execute(select(own_row.c.row_key).where(mine)).first() is None:
        base = _read(connection, table, key)
        connection.execute(insert(own_row).values(table_name=table.name, row_key=key, base=base, value=base))
    yield
    connection.execute(update(own_row).where(mine).values(value=_read(connection, table, key)))
    upsert(connection, own_row_command, [{"command_id": command_id, "table_name": str(table.name), "row_key": key}])


def awaited(connection: Connection) -> tuple[str, ...]:
    """Commands of which it is not known whether headquarters has done them; some, if there are many."""
    commands = own_row_command.c
    wanted = select(commands.command_id).where(commands.settled_at.is_(None)).distinct()
    return tuple(connection.execute(wanted.order_by(commands.command_id).limit(LARGEST)).scalars())


def settle(connection: Connection, posted: Mapping[str, int]) -> None:
    """Headquarters has done these commands, each by that row version. Rows whose table group stands there already are
    headquarters' at once."""
    for command_id, version in posted.items():
        mine = own_row_command.c.command_id == command_id
        connection.execute(update(own_row_command).where(mine).values(settled_at=version))
    touched = select(own_row_command.c.table_name).where(own_row_command.c.command_id.in_(list(posted))).distinct()
    by_table = _groups(connection)
    names = connection.execute(touched).scalars().all()
    for group in {by_table[name].name: by_table[name] for name in names if name in by_table}.values():
        with own_rows_lifted(connection, group):
            pass


@contextmanager
def own_rows_lifted(connection: Connection, group: TableGroup) -> Iterator[None]:
    """Within, the group's tables hold what packages say alone: a package may be applied."""
    rows = _of_group(connection, group)
    for row in rows:
        _write(connection, _table(row, group), row, row.base)
    yield
    known = checkpoint_of(connection, group.name)
    for row in rows:
        if known is not None and _is_settled(connection, row, known.version):
            connection.execute(delete(own_row).where(_mine(row.table_name, row.row_key)))
            connection.execute(delete(own_row_command).where(_commands_of(row)))
            continue
        base = _read(connection, _table(row, group), row.row_key)
        connection.execute(update(own_row).where(_mine(row.table_name, row.row_key)).values(base=base))
        _write(connection, _table(row, group), row, row.value)


def _of_group(connection: Connection, group: TableGroup) -> list[Row[Any]]:
    """The group's rows, in the order of its tables."""
    names = [str(table.name) for table in group.tables]
    found = connection.execute(select(own_row).where(own_row.c.table_name.in_(names))).all()
    return sorted(found, key=lambda row: (names.index(row.table_name), row.row_key))


def _is_settled(connection: Connection, row: Row[Any], version: int) -> bool:
    settled = connection.execute(select(own_row_command.c.settled_at).where(_commands_of(row))).scalars().all()
    return all(one is not None and one <= version for one in settled)


def _commands_of(row: Row[Any]) -> Any:
    return (own_row_command.c.table_name == row.table_name) & (own_row_command.c.row_key == row.row_key)


def _mine(table_name: str, key: str) -> Any:
    return (own_row.c.table_name == table_name) & (own_row.c.row_key == key)


def _table(row: Row[Any], group: TableGroup) -> Table:
    return next(table for table in group.tables if table.name == row.table_name)


def _groups(connection: Connection) -> dict[str, TableGroup]:
    """The table groups that packages bring, by table."""
    return {str(table.name): group for group in groups_for("channel", connection) for table in group.tables}


def _read(connection: Connection, table: Table, key: str) -> str | None:
    """A row as packages carry rows, JSON."""
    columns = packaged_columns(table, "channel")
    found = connection.execute(select(*raw_columns(columns)).where(with_key(table, key))).first()
    return None if found is None else msgspec.json.encode(list(found)).decode()


def _write(connection: Connection, table: Table, row: Row[Any], document: str | None) -> None:
    if document is None:
        connection.execute(*deleting(table, [row.row_key]))
        return
    columns = packaged_columns(table, "channel")
    values = msgspec.json.decode(document, type=list[Any])
    typed = tuple(
        (None if value is None else msgspec.convert(value, _TYPES[column_type(column)]),)
        for column, value in zip(columns, values, strict=True)
    )
    names = tuple(str(column.name) for column in columns)
    writer = make_writer(connection, into_nothing=False)
    writer.write(table, Batch(str(table.name), "upsert", names, typed, 0))
    writer.finish()
