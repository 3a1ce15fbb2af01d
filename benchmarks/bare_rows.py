"""What applying packages is measured against: bare ``sqlite3``, ``executemany``, one durable transaction, on rows that
are decoded already, into tables as the offline database has them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.packages.tables import key_names, packaged_columns
from kassa.schema import make_engine
from kassa.schema.groups import group_of

PRODUCTS = group_of("products").tables
Rows = dict[str, list[tuple[Any, ...]]]


def column_names(table: Table) -> list[str]:
    """The columns that a package carries."""
    return [str(column.name) for column in packaged_columns(table, "offline")]


def rows_of(database: Path) -> Rows:
    """The product rows of an offline database, by table, in the database's own types."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as opened:
        return {
            str(table.name): opened.execute(f"SELECT {', '.join(column_names(table))} FROM {table.name}").fetchall()
            for table in PRODUCTS
        }


def empty_database(path: Path) -> Path:
    """A new offline database at ``path`` without rows."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        create_offline_tables(connection)
    engine.dispose()
    return path


def upsert_all(database: Path, rows: Rows) -> float:
    """Seconds for writing rows, every column, in one durable transaction."""
    with _durably(database) as timed:
        return timed(
            lambda opened: [opened.executemany(_upsert(table), rows.get(str(table.name), ())) for table in PRODUCTS]
        )


@contextmanager
def _durably(database: Path) -> Iterator[Callable[[Callable[[sqlite3.Connection], object]], float]]:
    with closing(sqlite3.connect(database, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=FULL")

        def timed(work: Callable[[sqlite3.Connection], object]) -> float:
            began = time.perf_counter()
            opened.execute("BEGIN IMMEDIATE")
            work(opened)
            opened.execute("COMMIT")
            return time.perf_counter() - began

        yield timed


def _upsert(table: Table) -> str:
    names, keys = column_names(table), key_names(table)
    settings = _listed(f"{name} = excluded.{name}" for name in names if name not in keys)
    marks = _listed("?" for _name in names)
    return f"INSERT INTO {table.name} ({_listed(names)}) VALUES ({marks}) ON CONFLICT ({_listed(keys)}) DO UPDATE SET {settings}"  # noqa: E501


def _listed(words: Iterator[str] | Sequence[str]) -> str:
    return ", ".join(words)
