"""What delivering sales is measured against: the rows that the channel database holds in the end, by the driver."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, Table, insert, select

from kassa.schema import make_engine
from kassa.testing.store import SMALL_STORE

Sale = dict[str, list[tuple[Any, ...]]]
"""Rows by table."""


def _tables() -> tuple[Table, ...]:
    from kassa_server.schema import journal_entry, sales_line, sales_tax, sales_tender, sales_transaction

    return (journal_entry, sales_transaction, sales_line, sales_tender, sales_tax)


def last_sales(channel: str, count: int) -> list[Sale]:
    """The rows of the last ``count`` sales that were posted, sale by sale, as the driver takes them.

    :param channel: the channel database's URL.
    """
    last = f"SELECT transaction_id, entry_id, sequence FROM sales_transaction ORDER BY sequence DESC LIMIT {count}"
    sales: dict[int, Sale] = {}
    engine = make_engine(channel)
    with engine.connect() as connection:
        for table in _tables():
            key = "entry_id" if table.name == "journal_entry" else "transaction_id"
            names = ", ".join(f't."{column.name}"' for column in table.columns)
            found = connection.exec_driver_sql(
                f"SELECT {names}, last.sequence FROM {table.name} t JOIN ({last}) last ON last.{key} = t.{key}"
            )
            for *row, sequence in found:
                sales.setdefault(sequence, {}).setdefault(str(table.name), []).append(tuple(row))
    engine.dispose()
    return [sales[sequence] for sequence in sorted(sales)]


class BareSales:
    """The same tables, keys and indexes in a database of their own, set up as the channel database is: WAL,
    ``synchronous=FULL``, foreign keys checked.

    :param url: of a new database; ``channel``: that of the sales.
    """

    def __init__(self, url: str, channel: str) -> None:
        from kassa_server.store_file import prepare

        prepare(url, SMALL_STORE)
        self._engine = make_engine(url)
        _copy_parents(self._engine, channel)

    def insert(self, sales: list[Sale], batch: int) -> float:
        """Seconds for inserting them in batches, each one durable transaction."""
        mark = "?" if self._engine.dialect.name == "sqlite" else "%s"
        statements = {
            str(table.name): f"INSERT INTO {table.name} VALUES ({', '.join(mark for _column in table.columns)})"
            for table in _tables()
        }
        batches = [
            {name: [row for sale in sales[start : start + batch] for row in sale[name]] for name in statements}
            for start in range(0, len(sales), batch)
        ]
        raw: Any = self._engine.raw_connection()
        began = time.perf_counter()
        for rows in batches:
            cursor = raw.cursor()
            if mark == "?":
                cursor.execute("BEGIN IMMEDIATE")
            for name, statement in statements.items():
                cursor.executemany(statement, rows[name])
            raw.commit()
        took = time.perf_counter() - began
        raw.close()
        return took

    def __enter__(self) -> BareSales:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._engine.dispose()


def _copy_parents(engine: Engine, channel: str) -> None:
    """The device and series that the entries belong to."""
    from kassa_server.schema import device, series

    source = make_engine(channel)
    with source.connect() as reading, engine.begin() as writing:
        for table in (device, series):
            rows = [dict(row) for row in reading.execute(select(table)).mappings()]
            writing.execute(insert(table), rows)
    source.dispose()
