"""The offline database in a file: what damage does to it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.core.offline_database.pages import load, page, prices

from kassa.environment import Environment
from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal import Journal
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
