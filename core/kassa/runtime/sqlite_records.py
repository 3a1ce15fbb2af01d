"""Rows of an offline database that is an SQLite file. The select of a scan is compiled once and handed to the driver:
what SQLAlchemy does for each execution takes twice as long as the look-up itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Select

from kassa.runtime.channel_records import ChannelRecords
from kassa.runtime.request import Row

OFTEN = "kassa_often"
"""``statement.execution_options(kassa_often=True)``: run at each scan. Without expanding parameters."""
Processor = Callable[[Any], Any]


class SQLiteRecords(ChannelRecords):
    """Records straight on a connection to an SQLite file, to read from."""

    def select(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a select."""
        if not statement.get_execution_options().get(OFTEN):
            return super().select(statement, parameters)
        connection = self._connection
        ready = _ready(statement, connection.dialect)
        if not connection.in_transaction():
            connection.begin()
        driver: Any = connection.connection.dbapi_connection
        try:
            rows = driver.execute(ready.text, ready.values(parameters or {})).fetchall()
        except sqlite3.Error:
            return super().select(statement, parameters)  # which says what is wrong in SQLAlchemy's errors
        return [ready.row(row) for row in rows]


class _Ready:
    """A select as text, with what SQLAlchemy's types do to its parameters and columns."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._places: list[str] = list(compiled.positiontup)
        self._set: dict[str, Any] = compiled.params
        binds = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        self._binds: dict[str, Processor] = {name: process for name, process in binds.items() if process is not None}
        columns = list(statement.selected_columns)
        self._names = tuple(column.name for column in columns)
        made = ((column.name, column.type.dialect_impl(dialect).result_processor(dialect, None)) for column in columns)
        self._made: list[tuple[str, Processor]] = [(name, process) for name, process in made if process is not None]

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The parameters in their places."""
        given = {**self._set, **parameters}
        for name, process in self._binds.items():
            given[name] = process(given[name])
        return [given[name] for name in self._places]

    def row(self, row: tuple[Any, ...]) -> Row:
        """What a row of the driver's means."""
        found = dict(zip(self._names, row, strict=True))
        for name, process in self._made:
            found[name] = process(found[name])
        return found


_known: WeakKeyDictionary[Any, _Ready] = WeakKeyDictionary()


def _ready(statement: Select[Any], dialect: Dialect) -> _Ready:
    ready = _known.get(statement)
    if ready is None:
        ready = _known[statement] = _Ready(statement, dialect)
    return ready
