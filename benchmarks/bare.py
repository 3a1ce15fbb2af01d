"""What is measured against: SQLite by itself, through the standard library, on the same disk and the same bytes."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

LOOK_UP = (
    "SELECT item.item_number, item.description, item.unit_price, item.unit, item.blocked, item.tax_code, tax_code.rate,"
    " barcode.barcode, barcode.quantity FROM barcode JOIN item ON item.item_number = barcode.item_number"
    " LEFT JOIN tax_code ON tax_code.tax_code = item.tax_code WHERE barcode.barcode = ?"
)
"""The select of a scan."""


class BareSqlite:
    """A file of its own for commits (WAL, ``synchronous=FULL``, as the journal), and the offline database to read."""

    def __init__(self, folder: Path, offline_database: Path | None = None) -> None:
        self._journal = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self._journal.execute("PRAGMA journal_mode=WAL")
        self._journal.execute("PRAGMA synchronous=FULL")
        self._journal.execute("CREATE TABLE one (slot INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT")
        self._journal.execute("CREATE TABLE many (place INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT")
        self._reader = None
        if offline_database is not None:
            self._reader = sqlite3.connect(f"{offline_database.as_uri()}?mode=ro", uri=True)

    def look_up(self, code: str) -> float:
        """How long the indexed look-up of a barcode takes, in seconds."""
        assert self._reader is not None
        began = time.perf_counter()
        row = self._reader.execute(LOOK_UP, (code,)).fetchone()
        took = time.perf_counter() - began
        assert row is not None
        return took

    def replace(self, data: bytes) -> float:
        """How long a durable commit takes that puts ``data`` in the place of what was there."""
        return self._commit("INSERT OR REPLACE INTO one VALUES (1, ?)", data)

    def append(self, data: bytes) -> float:
        """How long a durable commit takes that adds ``data``."""
        return self._commit("INSERT INTO many (data) VALUES (?)", data)

    def _commit(self, statement: str, data: bytes) -> float:
        began = time.perf_counter()
        self._journal.execute("BEGIN IMMEDIATE")
        self._journal.execute(statement, (data,))
        self._journal.execute("COMMIT")
        return time.perf_counter() - began

    def close(self) -> None:
        """Close both files."""
        self._journal.close()
        if self._reader is not None:
            self._reader.close()
