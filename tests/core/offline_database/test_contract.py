"""What every offline database does, whatever its engine: pointer, copies, pages with their checkpoint, packages."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Index, MetaData, Table, select, update
from tests.core.offline_database.conftest import Opener
from tests.core.offline_database.pages import COLUMNS, build, graves, load, page, prices
from tests.core.packages.warehouse import NOW, delta, item_row, items, manifest, packed

from kassa.errors import OfflineDatabaseUnavailable
from kassa.masterdata import apply_page, checkpoint_of
from kassa.offline_database import OfflineDatabase
from kassa.packages.applying import Applied, apply_package, checkpoints, write_batches
from kassa.packages.errors import PackageDamaged, PackageRefused
from kassa.packages.manifest import Batch, Manifest
from kassa.packages.reading import open_package
from kassa.packages.writing import make_batches
from kassa.requests.contact import ChangesPage
from kassa.runtime.channel_records import ChannelRecords
from kassa.schema.columns import code
from kassa.schema.master import item
from kassa.testing.shop import wait_until
from kassa.text import literal


def test_without_a_snapshot_a_request_is_told_so(database: OfflineDatabase) -> None:
    """A register that has never loaded an offline database says it, and says what can still be done."""
    with pytest.raises(OfflineDatabaseUnavailable) as refused, database.reading():
        pass
    assert refused.value.hint is not None


def test_a_snapshot_is_not_read_before_it_is_whole(database: OfflineDatabase) -> None:
    """Readers keep the old copy until the new one has been activated; then the old one goes."""
    load(database, page(("1", "10.00", 1)))
    built = build(database, page(("1", "12.00", 2)))
    assert prices(database) == {"1": Decimal(10)}
    database.activate(built)
    assert prices(database) == {"1": Decimal(12)}
    assert list(database.copies()) == [built]


def test_a_copy_goes_with_its_last_reader(database: OfflineDatabase) -> None:
    """Who is reading when a new copy becomes active reads the old one to the end; then it is dropped."""
    load(database, page(("1", "10.00", 1)))
    old = database.active
    with database.reading() as connection:
        database.activate(build(database, page(("1", "12.00", 2))))
        assert connection.execute(select(item.c.unit_price)).scalar_one() == Decimal(10)
        assert prices(database) == {"1": Decimal(12)}
        assert old in database.copies()
    wait_until(lambda: list(database.copies()) == [database.active], "the old copy is dropped")


def test_closing_waits_for_an_old_copy_that_goes(database: OfflineDatabase) -> None:
    """A register that stops while an old copy is being dropped leaves no connection behind."""
    load(database, page(("1", "10.00", 1)))
    with database.reading():
        database.activate(build(database, page(("1", "12.00", 2))))
    database.close()
    assert "kassa-old-data" not in {thread.name for thread in threading.enumerate()}


def test_what_was_being_built_is_cleared_away(open_database: Opener) -> None:
    """A register that dies while it loads leaves a copy that nobody reads, and that the next load removes."""
    first = open_database()
    left = build(first, page(("1", "10.00", 7)))
    first.close()
    second = open_database()
    assert not second.available
    load(second, page(("1", "11.00", 8)))
    assert left not in second.copies()
    assert prices(second) == {"1": Decimal(11)}


def test_a_restart_finds_the_active_copy(open_database: Opener) -> None:
    """The pointer is in the journal: the next start of the register reads the same rows."""
    first = open_database()
    load(first, page(("1", "10.00", 7)))
    first.close()
    again = open_database()
    assert again.available
    assert (again.active, prices(again)) == (first.active, {"1": Decimal(10)})
    assert again.size() > 0
    assert again.items() == 1


def test_installation_creates_it_and_the_first_snapshot_replaces_that(database: OfflineDatabase) -> None:
    """Installing the register makes the offline database with its tables; it is no data to sell from yet, and goes
    when the first snapshot has come (S8)."""
    empty = database.create_empty()
    assert list(database.copies()) == [empty]
    assert not database.available
    load(database, page(("1", "10.00", 1)))
    assert list(database.copies()) == [database.active]


def test_whoever_reads_cannot_write(database: OfflineDatabase) -> None:
    """Handlers get a connection that refuses to write, and what they might have written is never committed."""
    load(database, page(("1", "10.00", 1)))
    with pytest.raises((OfflineDatabaseUnavailable, TypeError)), database.reading() as connection:
        connection.execute(update(item).values(unit_price=Decimal(1)))
    assert prices(database) == {"1": Decimal(10)}
    assert database.available


def test_a_copy_that_somebody_dropped_is_loaded_again(database: OfflineDatabase) -> None:
    """Tables that are gone are damage: the database says so, and the next round of synchronisation loads a new copy."""
    load(database, page(("1", "10.00", 1)))
    with database.writing() as connection:
        item.drop(connection)
    with pytest.raises(OfflineDatabaseUnavailable):
        prices(database)
    assert not database.available
    load(database, page(("1", "12.00", 2)))
    assert prices(database) == {"1": Decimal(12)}


def test_handlers_read_it_by_key_value_and_words(database: OfflineDatabase) -> None:
    """What the runtime's records ask for is answered alike by every engine; codes are compared letter by letter."""
    load(database, page(("A1", "10.00", 1), ("a1", "20.00", 2), ("B 50%", "30.00", 3)))
    with database.reading() as connection:
        records = ChannelRecords(connection)
        assert [row["item_number"] for row in records.find("item", unit="pcs", limit=2)] == ["A1", "B 50%"]
        assert [row["unit_price"] for row in (records.get("item", "a1"),) if row] == [Decimal(20)]
        assert records.get("item", "A1 ") is None
        assert [row["item_number"] for row in records.search("item", ("search_text",), "50%")] == ["B 50%"]


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


# -- packages ---------------------------------------------------------------------------------------------------------


def take(database: OfflineDatabase, told: Manifest, batches: list[Batch]) -> Applied:
    """Apply a package as the synchronisation library does."""

    def work(connection: Connection) -> Applied:
        return apply_package(connection, *open_package(io.BytesIO(packed(told, batches)[0])), scope="S1", now=NOW)

    return database.change(work)


def whole(database: OfflineDatabase, rows: dict[str, int], version: int = 1) -> None:
    """A new copy with a snapshot of items: prices in ten thousandths by number."""
    batches = items([item_row(int(number), price) for number, price in rows.items()])
    told = manifest("snapshot", (0, version), batches)
    name = database.new_copy()
    with database.building(name) as connection:
        apply_package(connection, *open_package(io.BytesIO(packed(told, batches)[0])), scope="S1", now=NOW)
    database.activate(name)


def raw_prices(database: OfflineDatabase) -> dict[str, int]:
    """Prices in ten thousandths."""
    return {number: int(price.scaleb(4)) for number, price in prices(database).items()}


def test_rows_and_checkpoint_of_a_package(database: OfflineDatabase) -> None:
    """Deletions, changes and new rows of one package arrive with the checkpoint that says so."""
    whole(database, {"00001": 10, "00002": 20, "00003": 30})
    after = {"00001": 11, "00003": 30, "00004": 40}
    took = take(database, *delta([{"00001": 10, "00002": 20, "00003": 30}, after], 1, 2))
    assert took == Applied(3)
    assert raw_prices(database) == after
    with database.reading() as connection:
        (known,) = checkpoints(connection).values()
        descriptions = set(connection.execute(select(item.c.description)).scalars())
    assert (known.version, known.rows, known.applied_at) == (2, 3, NOW)
    assert descriptions == {"Tea"}


def test_more_rows_than_a_statement_takes(database: OfflineDatabase) -> None:
    """A package of several batches, inserted and then changed, is whole: 2,100 parameters and 1,000 rows are limits of
    SQL Server alone."""
    numbers = [f"{number:05}" for number in range(4500)]
    whole(database, dict.fromkeys(numbers, 1))
    take(database, *delta([dict.fromkeys(numbers, 1), {number: int(number) + 2 for number in numbers}], 1, 2))
    assert raw_prices(database) == {number: int(number) + 2 for number in numbers}


def test_broken_row_leaves_nothing_of_its_package(database: OfflineDatabase) -> None:
    """A row that the database does not take: its package is refused by name, and none of its rows stays."""
    whole(database, {"00001": 10})
    good = items([item_row(7, 70)])
    nameless = list(make_batches("item", "upsert", ("item_number", "unit_price"), [("00008", 80)]))
    with pytest.raises(PackageRefused, match="item"):
        take(database, manifest("delta", (1, 2), good + nameless), good + nameless)
    assert raw_prices(database) == {"00001": 10}
    assert database.available


@pytest.mark.parametrize("kind", ["snapshot", "delta"])
def test_package_that_breaks_off(database: OfflineDatabase, kind: str) -> None:
    """A package that turns out damaged after some of its batches are on their way leaves nothing, and the next one is
    taken."""
    whole(database, {"00001": 10})
    batches = items([item_row(number, 5) for number in range(2, 5000)])
    told = manifest(kind, (0 if kind == "snapshot" else 1, 2), batches)  # type: ignore[arg-type]

    def work(connection: Connection) -> Applied:
        def broken() -> Iterator[Batch]:
            yield from batches[:2]
            raise PackageDamaged(literal("cut off"))

        return apply_package(connection, told, broken(), scope="S1", now=NOW)

    with pytest.raises(PackageDamaged):
        database.change(work)
    assert raw_prices(database) == {"00001": 10}
    take(database, *delta([{"00001": 10}, {"00001": 12}], 1, 2))
    assert raw_prices(database) == {"00001": 12}


STATE = st.dictionaries(st.sampled_from(["00001", "00002", "00003"]), st.integers(1, 9))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(STATE, min_size=2, max_size=5), data=st.data())
def test_any_order_ends_at_headquarters_rows(
    database: OfflineDatabase, states: list[dict[str, int]], data: st.DataObject
) -> None:
    """Single and merged deltas, doubled at will: nothing but states of headquarters is ever seen."""
    whole(database, states[0])
    at = 1
    while at < len(states):
        begin = data.draw(st.integers(1, at))
        end = data.draw(st.integers(begin + 1, len(states)))
        take(database, *delta(states, begin, end))
        at = max(at, end)
        assert raw_prices(database) == states[at - 1]
    database.discard()


def test_unique_values_change_places(database: OfflineDatabase) -> None:
    """A unique value that moves between two rows of one package, in whatever order and batches, ends where it belongs;
    one that two rows are given is refused."""
    table = Table(
        "shelf",
        MetaData(),
        Column("number", code(40), primary_key=True),
        Column("label", code(60), nullable=False),
        Index("ux_shelf_label", "label", unique=True),
    )
    load(database, page(("1", "10.00", 1)))

    def write(connection: Connection, *batches: Batch) -> None:
        write_batches(connection, {"shelf": table}, batches, into_nothing=False)

    def rows(action: str, *values: tuple[str, str]) -> Batch:
        (batch,) = make_batches("shelf", action, ("number", "label"), values)  # type: ignore[arg-type]
        return batch

    with database.writing() as connection:
        table.create(connection)
        write(connection, rows("upsert", ("1", "A"), ("2", "B"), ("3", "C"), ("4", "D")))
        write(
            connection, rows("update", ("1", "B"), ("2", "A")), rows("upsert", ("3", "D")), rows("upsert", ("4", "C"))
        )
        found = connection.execute(select(table).order_by(table.c.number)).all()
        assert [tuple(row) for row in found] == [("1", "B"), ("2", "A"), ("3", "D"), ("4", "C")]
        with pytest.raises(PackageRefused, match="unique value"):
            write(connection, rows("update", ("1", "C")))
        table.drop(connection)
