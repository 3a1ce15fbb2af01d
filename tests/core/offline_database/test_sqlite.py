"""The offline database in a file: what damage does to it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.core.offline_database.pages import load, page, prices

from kassa.environment import Environment
from kassa.errors import DiskFull, OfflineDatabaseUnavailable
from kassa.journal import Journal
from kassa.masterdata import apply_page
from kassa.offline_database import make_offline_database


@pytest.mark.parametrize("damage", ["header", "middle", "empty"])
def test_a_damaged_file_is_put_aside_and_loaded_again(tmp_path: Path, journal: Journal, damage: str) -> None:
    """Damage is an error that says so, never a traceback; the file is kept for support and a new one can be loaded."""
    database = make_offline_database(tmp_path, journal, Environment())
    load(database, *(page(*((str(n), "1.00", n) for n in range(k, k + 500))) for k in range(1, 3000, 500)))
    path = database.path
    assert path is not None
    database.close()
    content = bytearray(path.read_bytes())
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    if damage == "header":
        content[:100] = bytes(100)
    elif damage == "middle":
        content[4096:-4096] = b"\xa5" * (len(content) - 8192)
    else:
        content = bytearray()
    path.write_bytes(bytes(content))
    with pytest.raises(OfflineDatabaseUnavailable):
        prices(database)
    assert not database.available
    assert path.with_suffix(".damaged").exists()
    load(database, page(("1", "10.00", 1)))
    assert prices(database) == {"1": Decimal(10)}
    database.close()


def _fill(connection: Connection) -> None:
    """Write until SQLite, which may not make the file larger, says so."""
    (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    for number in range(2, 10_000):
        apply_page(connection, page((str(number), "1.00", number)))


def test_a_full_disk_is_named_and_keeps_what_was(tmp_path: Path, journal: Journal) -> None:
    """When the disk takes no more, that is what is said, nothing of the change is kept, and the file is no damaged
    one."""
    database = make_offline_database(tmp_path, journal, Environment())
    load(database, page(("1", "10.00", 1)))
    with pytest.raises(DiskFull):
        database.change(_fill)
    assert database.available
    assert prices(database) == {"1": Decimal(10)}
    database.close()


def test_what_a_crash_left_beside_a_file_goes_with_the_next_copy(tmp_path: Path, journal: Journal) -> None:
    """A write-ahead log without its file is never attached to another: names are never used again, and it goes."""
    database = make_offline_database(tmp_path, journal, Environment())
    load(database, page(("1", "10.00", 1)))
    stale = tmp_path / "offline-0123456789abcdef0123456789abcdef.db-wal"
    stale.write_bytes(b"of a file that is gone")
    own = {file.name for file in tmp_path.glob("offline-*")} - {stale.name}
    assert database.new_copy() not in own
    assert not stale.exists()
    assert {file.name for file in tmp_path.glob("offline-*.db")} <= own
    database.close()
