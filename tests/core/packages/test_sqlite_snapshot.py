"""A snapshot for SQLite is swapped in only if it is a whole offline database and nothing else."""

from __future__ import annotations

import io
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.core.packages.warehouse import NOW, item_row, items, manifest

from kassa.packages.applying import checkpoints
from kassa.packages.compression import ZstdFile
from kassa.packages.errors import PackageDamaged, PackageFromTheFuture
from kassa.packages.sqlite_snapshot import open_sqlite_snapshot, write_sqlite_snapshot
from kassa.schema import make_engine


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """A snapshot of a hundred items."""
    file = io.BytesIO()
    batches = items([item_row(number, 10) for number in range(100)])
    package = (manifest("snapshot", (0, 9), batches), batches)
    write_sqlite_snapshot(file, tmp_path / "draft.db", [package], scope="S1", now=NOW)
    return file.getvalue()


def unpacked(data: bytes) -> bytes:
    return ZstdFile(io.BytesIO(data), "rb").read()


def repacked(data: bytes) -> bytes:
    file = io.BytesIO()
    with ZstdFile(file, "wb") as stream:
        stream.write(data)
    return file.getvalue()


def test_opens_as_an_offline_database(whole: bytes, tmp_path: Path) -> None:
    """It holds the rows and says where each group stands."""
    target = tmp_path / "offline.db"
    open_sqlite_snapshot(io.BytesIO(whole), target)
    engine = make_engine(f"sqlite:///{target}", read_only=True)
    with engine.connect() as connection:
        assert checkpoints(connection)["products"].version == 9
        assert connection.exec_driver_sql("SELECT count(*), sum(unit_price) FROM item").one() == (100, 1000)
    engine.dispose()


def test_damage_leaves_no_file(whole: bytes, tmp_path: Path) -> None:
    """Cut short, or with a page that is not one: nothing is left of it."""
    target = tmp_path / "offline.db"
    plain = bytearray(unpacked(whole))
    plain[4096:8192] = random.Random(917).randbytes(4096)
    for damaged in (whole[:-20], whole[: len(whole) // 2], b"", repacked(bytes(plain)), repacked(b"SQLite")):
        with pytest.raises(PackageDamaged):
            open_sqlite_snapshot(io.BytesIO(damaged), target)
        assert list(tmp_path.glob("offline.db*")) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM customer; END",
        "CREATE VIEW v AS SELECT * FROM staff",
        "DROP INDEX ix_barcode_item_number",
        "CREATE TABLE more (x)",
    ],
)
def test_other_schema_is_refused(whole: bytes, tmp_path: Path, statement: str) -> None:
    """A trigger, a view, another table or a missing index: it is not our database."""
    other = tmp_path / "other.db"
    other.write_bytes(unpacked(whole))
    with closing(sqlite3.connect(other)) as connection:
        connection.execute(statement)
        connection.commit()
    with pytest.raises(PackageDamaged):
        open_sqlite_snapshot(io.BytesIO(repacked(other.read_bytes())), tmp_path / "offline.db")


def test_newer_schema_waits(whole: bytes, tmp_path: Path) -> None:
    """A snapshot of a newer schema is told from a damaged one."""
    other = tmp_path / "other.db"
    other.write_bytes(unpacked(whole))
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA user_version=99")
        connection.commit()
    with pytest.raises(PackageFromTheFuture):
        open_sqlite_snapshot(io.BytesIO(repacked(other.read_bytes())), tmp_path / "offline.db")


def test_too_large_is_given_up(whole: bytes, tmp_path: Path) -> None:
    """A small file that unpacks without end is given up at the limit."""
    with pytest.raises(PackageDamaged, match="over"):
        open_sqlite_snapshot(io.BytesIO(whole), tmp_path / "offline.db", largest=10_000)
