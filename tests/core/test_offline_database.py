"""The offline database: pointer, snapshot, pages with their checkpoint, damage."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kassa.environment import Environment
from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal import Journal
from kassa.masterdata import apply_page, checkpoint_of
from kassa.offline_database import OfflineDatabase
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.requests.contact import ChangesPage
from kassa.schema import make_engine
from kassa.schema.master import item

COLUMNS = ("item_number", "description", "search_text", "unit", "tax_code", "unit_price", "blocked", "row_version")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, Environment(), create=True)
    yield journal
    journal.close()


@pytest.fixture
def database(tmp_path: Path, journal: Journal) -> Iterator[OfflineDatabase]:
    database = OfflineDatabase(tmp_path, journal, Environment())
    yield database
    database.close()


def page(*rows: tuple[str, str, int], more: bool = False) -> ChangesPage:
    """A page of items: number, price, row version."""
    values = tuple((number, number, number, "pcs", "25", price, False, version) for number, price, version in rows)
    return ChangesPage("item", COLUMNS, values, max(version for *_, version in rows), more, len(rows))


def graves(*rows: tuple[str, int]) -> ChangesPage:
    """A page of tombstones of items: number, row version."""
    values = tuple(("item", number, version) for number, version in rows)
    columns = ("table_name", "row_key", "row_version")
    return ChangesPage("tombstone", columns, values, max(version for _, version in rows), False, len(rows))


def prices(database: OfflineDatabase) -> dict[str, Decimal]:
    with database.reading() as connection:
        rows: Any = connection.execute(select(item.c.item_number, item.c.unit_price))
        return dict(rows.all())


def build(database: OfflineDatabase, *pages: ChangesPage) -> Path:
    """A new file beside the active one."""
    path = database.place_for_new()
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        create_offline_tables(connection)
        for one in pages:
            apply_page(connection, one)
    engine.dispose()
    return path


def load(database: OfflineDatabase, *pages: ChangesPage) -> None:
    database.activate(build(database, *pages))


def test_without_a_snapshot_a_request_is_told_so(database: OfflineDatabase) -> None:
    """A register that has never loaded an offline database says it, and says what can still be done."""
    with pytest.raises(OfflineDatabaseUnavailable) as refused, database.reading():
        pass
    assert refused.value.hint is not None


def test_a_snapshot_is_not_read_before_it_is_whole(database: OfflineDatabase) -> None:
    """Readers keep the old file until the new one has been activated; then the old one goes."""
    load(database, page(("1", "10.00", 1)))
    old = database.path
    built = build(database, page(("1", "12.00", 2)))
    assert prices(database) == {"1": Decimal(10)}
    database.activate(built)
    assert prices(database) == {"1": Decimal(12)}
    assert old is not None
    assert not old.exists()


def test_what_was_being_built_is_cleared_away(tmp_path: Path, journal: Journal) -> None:
    """A register that dies while it loads leaves a file that nobody reads, and that the next load removes."""
    first = OfflineDatabase(tmp_path, journal, Environment())
    left = build(first, page(("1", "10.00", 7)))
    first.close()
    second = OfflineDatabase(tmp_path, journal, Environment())
    assert not second.available
    load(second, page(("1", "11.00", 8)))
    assert not left.exists()
    assert prices(second) == {"1": Decimal(11)}
    second.close()


def test_a_page_that_fails_leaves_none_of_its_rows_and_no_checkpoint(database: OfflineDatabase) -> None:
    """Rows and checkpoint of a page are one transaction."""
    load(database, page(("1", "10.00", 1)))
    bad = ChangesPage("item", (*COLUMNS, "colour"), ((*"22222", 1, False, 2, "red"),), 2, False, 1)

    def apply_both() -> None:
        with database.writing() as connection:
            apply_page(connection, page(("1", "99.00", 2)))
            apply_page(connection, bad)

    with pytest.raises(LookupError):
        apply_both()
    assert prices(database) == {"1": Decimal(10)}
    with database.reading() as connection:
        assert checkpoint_of(connection, "item") == 1


def test_the_same_page_twice_is_the_same_as_once(database: OfflineDatabase) -> None:
    """An answer that was lost and fetched again changes nothing."""
    load(database, page(("1", "10.00", 1), ("2", "20.00", 2)), page(("1", "10.00", 1), ("2", "20.00", 2)))
    assert prices(database) == {"1": Decimal(10), "2": Decimal(20)}


def test_a_deleted_row_goes_and_one_that_was_made_again_stays(database: OfflineDatabase) -> None:
    """A tombstone takes the row away, unless the row is newer than it."""
    load(database, page(("1", "10.00", 1), ("2", "20.00", 9)), graves(("1", 5), ("2", 5)))
    assert prices(database) == {"2": Decimal(20)}


@pytest.mark.parametrize("damage", ["header", "middle", "empty"])
def test_a_damaged_file_is_put_aside_and_loaded_again(database: OfflineDatabase, damage: str) -> None:
    """Damage is an error that says so, never a traceback; the file is kept for support and a new one can be loaded."""
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
