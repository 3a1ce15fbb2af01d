"""The yardstick of changed prices: one bare SQLite table of 100,000 products, twelve columns, a key and two more unique
indexes, and an upsert of whole rows that are decoded already."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from random import Random
from typing import Any

_COLUMNS = (
    "item_number", "description", "search_text", "unit", "tax_code", "unit_price", "blocked", "barcode", "article",
    "supplier", "category", "quantity",
)  # fmt: skip
_PRICE = _COLUMNS.index("unit_price")
_UPSERT = (
    f"INSERT INTO product ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' for _name in _COLUMNS)})"
    f" ON CONFLICT (item_number) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


class WideTable:
    """WAL, ``synchronous=FULL``, as the offline database; checkpoints as SQLite makes them by itself, each 1,000 pages,
    where the offline database makes one each 4,000."""

    def __init__(self, path: Path, rows: int) -> None:
        self._opened = sqlite3.connect(path, isolation_level=None)
        self._opened.execute("PRAGMA journal_mode=WAL")
        self._opened.execute("PRAGMA synchronous=FULL")
        self._opened.execute(f"CREATE TABLE product ({', '.join(_COLUMNS)}, PRIMARY KEY (item_number))")
        for name in ("barcode", "article"):
            self._opened.execute(f"CREATE UNIQUE INDEX ux_{name} ON product ({name})")
        random = Random(3)
        self._rows = [_row(place, random) for place in range(rows)]
        self._commit(self._rows)

    def change(self, places: list[int], price: int) -> float:
        """Seconds for writing these products again, whole, with another price, in one durable transaction."""
        changed = [self._rows[place] for place in places]
        return self._commit([(*row[:_PRICE], price + row[_PRICE], *row[_PRICE + 1 :]) for row in changed])

    def _commit(self, rows: list[tuple[Any, ...]]) -> float:
        began = time.perf_counter()
        self._opened.execute("BEGIN IMMEDIATE")
        self._opened.executemany(_UPSERT, rows)
        self._opened.execute("COMMIT")
        return time.perf_counter() - began

    def close(self) -> None:
        """Close the file."""
        self._opened.close()


def _row(place: int, random: Random) -> tuple[Any, ...]:
    words = f"product {random.randrange(10**6)} of the range"
    barcode, article = f"73{random.randrange(10**6):06}{place:05}", f"{random.randrange(10**6)}-{place}"
    price, supplier = random.randrange(10**6), f"supplier {place % 300}"
    return (f"C{place:07}", words, words, "pcs", "25", price, 0, barcode, article, supplier, f"{place % 100}", 1000)
