"""What delivering sales is measured against: the rows that the channel database holds in the end, by ``sqlite3``."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Table

from kassa.schema import make_engine

Sale = dict[str, list[tuple[Any, ...]]]
"""Rows by table."""


def _tables() -> tuple[Table, ...]:
    from kassa_server.schema import journal_entry, sales_line, sales_tax, sales_tender, sales_transaction

    return (journal_entry, sales_transaction, sales_line, sales_tender, sales_tax)


def last_sales(channel: Path, count: int) -> list[Sale]:
    """The rows of the last ``count`` sales that were posted, sale by sale."""
    entry, head, *parts = _tables()
    with closing(sqlite3.connect(f"{channel.as_uri()}?mode=ro", uri=True)) as opened:
        opened.execute(
            f"CREATE TEMP TABLE kept AS SELECT transaction_id, entry_id, sequence FROM {head.name}"
            f" ORDER BY sequence DESC LIMIT {count}"
        )
        sales: dict[str, Sale] = {}
        by_entry: dict[str, Sale] = {}
        for transaction, entry_id in opened.execute("SELECT transaction_id, entry_id FROM kept ORDER BY sequence"):
            sales[transaction] = by_entry[entry_id] = {}
        owners = [(entry, by_entry, "entry_id"), *((one, sales, "transaction_id") for one in (head, *parts))]
        for table, keys, column in owners:
            place = [str(one.name) for one in table.columns].index(column)
            for row in opened.execute(f"SELECT * FROM {table.name} WHERE {column} IN (SELECT {column} FROM kept)"):
                keys[row[place]].setdefault(str(table.name), []).append(row)
        return list(sales.values())


class BareSales:
    """The same tables, keys and indexes in a file of their own; WAL, ``synchronous=FULL``, foreign keys checked."""

    def __init__(self, path: Path) -> None:
        from kassa_server.schema import channel

        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        engine = make_engine(f"sqlite:///{path}")
        channel.create_all(engine)
        engine.dispose()
        self._opened = sqlite3.connect(path, isolation_level=None)
        self._opened.execute("PRAGMA journal_mode=WAL")
        self._opened.execute("PRAGMA synchronous=FULL")

    def insert(self, sales: list[Sale], batch: int) -> float:
        """Seconds for inserting them in batches, each one durable transaction."""
        statements = {
            str(table.name): f"INSERT INTO {table.name} VALUES ({', '.join('?' for _column in table.columns)})"
            for table in _tables()
        }
        batches = [
            {name: [row for sale in sales[start : start + batch] for row in sale[name]] for name in statements}
            for start in range(0, len(sales), batch)
        ]
        began = time.perf_counter()
        for rows in batches:
            self._opened.execute("BEGIN IMMEDIATE")
            for name, statement in statements.items():
                self._opened.executemany(statement, rows[name])
            self._opened.execute("COMMIT")
        return time.perf_counter() - began

    def __enter__(self) -> BareSales:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._opened.close()
