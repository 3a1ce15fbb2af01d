"""Packages are applied whole, in order, and only once."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from tests.core.packages.warehouse import NOW, delta, item_row, items, manifest, packed

from kassa.packages.applying import apply_package, checkpoint_of
from kassa.packages.errors import PackageOutOfOrder, PackageRefused
from kassa.packages.manifest import Batch, Manifest
from kassa.packages.reading import open_package
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.packages.writing import make_batches
from kassa.schema import make_engine
from kassa.schema.master import item


def prices(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT item_number, unit_price FROM item")
        return {row[0]: row[1] for row in found}


def apply(engine: Engine, told: Manifest, batches: list[Batch], scope: str = "S1") -> Any:
    read_back = open_package(io.BytesIO(packed(told, batches)[0]))
    with engine.begin() as connection:
        return apply_package(connection, *read_back, scope=scope, now=NOW)


def snapshot(engine: Engine, rows: dict[str, int], version: int) -> None:
    batches = items([item_row(int(number), price) for number, price in rows.items()])
    apply(engine, manifest("snapshot", (0, version), batches), batches)


def test_snapshot_replaces_what_is_there(engine: Engine) -> None:
    """After a snapshot the tables hold its rows and no others, and the checkpoint says so."""
    snapshot(engine, {"00001": 10, "00002": 20}, 5)
    snapshot(engine, {"00002": 21}, 9)
    assert prices(engine) == {"00002": 21}
    with engine.connect() as connection:
        known = checkpoint_of(connection, "products")
    assert known is not None
    assert (known.version, known.rows, known.applied_at) == (9, 1, NOW)


def test_update_sets_only_what_it_carries(engine: Engine) -> None:
    """An update leaves the other columns alone."""
    snapshot(engine, {"00001": 10}, 1)
    apply(engine, *delta([{"00001": 10}, {"00001": 12}], 1, 2))
    with engine.connect() as connection:
        row = connection.execute(select(item)).one()
    assert (row.description, str(row.unit_price)) == ("Tea", "0.0012")


def test_delta_after_a_gap_waits(engine: Engine) -> None:
    """A delta that begins after where the database stands is refused, and changes nothing."""
    snapshot(engine, {"00001": 10}, 1)
    with pytest.raises(PackageOutOfOrder):
        apply(engine, *delta([{}, {"00001": 10}, {"00001": 12}], 2, 3))
    assert prices(engine) == {"00001": 10}


def test_other_store(engine: Engine) -> None:
    """A package with another store's rows is refused."""
    with pytest.raises(PackageRefused):
        apply(engine, manifest("snapshot", (0, 3), scope="S2"), [])


def test_broken_constraint_leaves_nothing(engine: Engine) -> None:
    """A row that the database does not take is named by its table, and nothing of its package stays."""
    snapshot(engine, {"00001": 10}, 5)
    good = items([item_row(7, 70)])
    nameless = list(make_batches("item", "upsert", ("item_number", "unit_price"), [("00008", 80)]))
    with pytest.raises(PackageRefused, match="item"):
        apply(engine, manifest("delta", (5, 6), good + nameless), good + nameless)
    assert prices(engine) == {"00001": 10}
    with engine.connect() as connection:
        known = checkpoint_of(connection, "products")
    assert known is not None
    assert known.version == 5


def test_barcode_moves_between_two_items(engine: Engine) -> None:
    """Two barcodes that change places in one package end where headquarters has them."""
    columns = ("barcode", "item_number", "quantity")
    first = list(make_batches("barcode", "upsert", columns, [("11", "00001", 1000), ("22", "00002", 1000)]))
    apply(engine, manifest("snapshot", (0, 1), first), first)
    moved = list(make_batches("barcode", "update", ("barcode", "item_number"), [("11", "00002"), ("22", "00001")]))
    apply(engine, manifest("delta", (1, 2), moved), moved)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT barcode, item_number FROM barcode ORDER BY barcode").all()
    assert [tuple(row) for row in rows] == [("11", "00002"), ("22", "00001")]


STATE = st.dictionaries(st.sampled_from(["00001", "00002", "00003"]), st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(states=st.lists(STATE, min_size=2, max_size=6), data=st.data())
def test_any_order_ends_at_headquarters_rows(
    states: list[dict[str, int]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Single and merged deltas, doubled, reordered and cut off at will: nothing but states of headquarters is ever
    seen, and once everything has come the rows are headquarters'."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('any') / 'offline.db'}")
    with engine.begin() as connection:
        create_offline_tables(connection)
    snapshot(engine, states[0], 1)
    last, at = len(states), 1
    spans = [(begin, end) for begin in range(1, last) for end in range(begin + 1, last + 1)]
    drawn = data.draw(st.lists(st.tuples(st.sampled_from(spans), st.booleans()), max_size=8))
    for (begin, end), cut_off in [*drawn, *(((version, version + 1), False) for version in range(1, last))]:
        told, batches = delta(states, begin, end)
        if begin > at:
            with pytest.raises(PackageOutOfOrder):
                apply(engine, told, batches)
        elif cut_off:
            cut_off_while_applying(engine, told, batches)
        else:
            apply(engine, told, batches)
            at = max(at, end)
        assert prices(engine) == states[at - 1]
    assert at == last
    engine.dispose()


def cut_off_while_applying(engine: Engine, told: Manifest, batches: list[Batch]) -> None:
    """Everything is written and nothing committed."""
    with engine.connect() as connection, connection.begin() as transaction:
        apply_package(connection, told, batches, scope="S1", now=NOW)
        transaction.rollback()
