"""What a search index in the offline database would cost, and bring: 100,000 products as a whole database as it is, and
with a trigram index (FTS5) on the words of the search. The product has none: each search reads the words of all
products."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import copy

from benchmarks.catalogue import database_file, download, shop_with_catalogue
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from kassa.packages.compression import ZstdFile
from kassa.packages.writing import LEVEL

TITLE = "A with and without a search index"
RUNS = 5
WORDS = ("kaffe", "havre", "mjölk", "tvålblandning")
_INDEX = "CREATE VIRTUAL TABLE item_search USING fts5(search_text, content='item', tokenize='trigram', detail='none')"
_PLAIN = "SELECT item_number FROM item WHERE search_text LIKE '%' || ? || '%' ORDER BY item_number LIMIT 51"
_INDEXED = (
    "SELECT item_number FROM item WHERE rowid IN (SELECT rowid FROM item_search WHERE search_text LIKE '%' || ? || '%')"
    " ORDER BY item_number LIMIT 51"
)


def measure(folder: Path) -> list[Figure]:
    """The same database twice; five searches for each of four words."""
    with shop_with_catalogue(folder) as shop, shop.open_register() as register:
        download(register)
        plain = Path(copy(database_file(register), folder / "plain.db"))
    indexed = Path(copy(plain, folder / "indexed.db"))
    made = timed(lambda: _make(indexed))
    figures = [milliseconds("making the index", made)]
    for words, file, statement in (("without", plain, _PLAIN), ("with", indexed, _INDEXED)):
        packed = _packed(file)
        figures += [
            Figure(f"{words}: the file", file.stat().st_size / 1e6, "MB"),
            Figure(f"{words}: on the wire", packed.stat().st_size / 1e6, "MB"),
            milliseconds(f"{words}: unpacked and looked at (median)", _repeated(partial(_unpack, packed))),
            milliseconds(f"{words}: a search (median)", _search(file, statement)),
        ]
    return figures


def _make(file: Path) -> None:
    with closing(sqlite3.connect(file)) as opened:
        opened.execute(_INDEX)
        opened.execute("INSERT INTO item_search (item_search) VALUES ('rebuild')")
        opened.commit()
        opened.execute("VACUUM")
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _packed(file: Path) -> Path:
    target = file.with_suffix(".zst")
    with ZstdFile(target, "wb", level=LEVEL) as stream:
        stream.write(file.read_bytes())
    return target


def _unpack(packed: Path) -> None:
    target = packed.with_suffix(".unpacked")
    with ZstdFile(packed, "rb") as stream:
        target.write_bytes(stream.read())
    with closing(sqlite3.connect(target)) as opened:
        assert opened.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)


def _search(file: Path, statement: str) -> float:
    with closing(sqlite3.connect(file)) as opened:
        return median([timed(partial(_rows, opened, statement, word)) for word in WORDS * RUNS])


def _rows(opened: sqlite3.Connection, statement: str, word: str) -> list[tuple[str]]:
    return opened.execute(statement, (word,)).fetchall()


def _repeated(work: Callable[[], object]) -> float:
    return median([timed(work) for _run in range(RUNS)])
