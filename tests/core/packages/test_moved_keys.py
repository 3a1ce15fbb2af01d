"""Unique values that move between rows in one package: swapped, in chains, in circles; row by row, each of them takes
what another still holds. The rows' table is the test's own: none of ours has a second unique key today."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, MetaData, Table, delete, insert, select
from tests.core.packages.warehouse import NOW, manifest, packed

from kassa.packages.applying import apply_package, checkpoints_metadata, package_checkpoint
from kassa.packages.errors import PackageRefused
from kassa.packages.manifest import Batch
from kassa.packages.reading import open_package
from kassa.packages.tables import packaged_table
from kassa.packages.writing import make_batches
from kassa.schema import make_engine
from kassa.schema.columns import code
from kassa.schema.groups import TableGroup

metadata = MetaData()
locker = Table(
    "locker",
    metadata,
    Column("locker", code(40), primary_key=True),
    Column("tag", code(40), nullable=False, unique=True),
    Column("note", code(40)),
)
LOCKERS = [f"{name}{'x' * 39}" for name in "ABCDEF"]
"""Keys as long as may be: whatever stands in for a value must have room in its column."""
States = Mapping[str, str]
"""Tags by locker."""


@pytest.fixture(params=["sqlite", "postgresql"])
def lockers(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An empty database; the test runs once on each engine."""
    url = f"sqlite:///{tmp_path / 'offline.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_server").create_database()
    group = TableGroup("lockers", (locker,))
    monkeypatch.setattr("kassa.packages.applying.group_of", lambda _name, *_groups: group)
    engine = make_engine(url)
    for schema in (metadata, checkpoints_metadata):
        schema.create_all(engine)
    yield engine
    engine.dispose()


def begin(engine: Engine, state: States) -> None:
    """The state at version 1."""
    with engine.begin() as connection:
        connection.execute(delete(locker))
        connection.execute(delete(package_checkpoint))
        if state:
            connection.execute(insert(locker), [{"locker": one, "tag": tag} for one, tag in state.items()])
        known = {"table_group": "lockers", "version": 1, "package_id": "p", "rows": len(state), "applied_at": NOW}
        connection.execute(insert(package_checkpoint).values(known))


def change(engine: Engine, before: States, after: States, size: int) -> None:
    """A delta from one state to the other, as headquarters makes it, in batches of ``size`` rows."""
    gone = [(one,) for one in before if one not in after]
    moved = [(one, tag) for one, tag in after.items() if one in before and before[one] != tag]
    new = [(one, tag, None) for one, tag in after.items() if one not in before]
    batches = [
        *make_batches("locker", "delete", ("locker",), gone),
        *parts("update", ("locker", "tag"), moved, size),
        *parts("upsert", ("locker", "tag", "note"), new, size),
    ]
    apply(engine, batches)


def parts(action: Any, columns: tuple[str, ...], rows: list[tuple[Any, ...]], size: int) -> Iterator[Batch]:
    left = iter(rows)
    while part := list(islice(left, size)):
        yield from make_batches("locker", action, columns, part)


def apply(engine: Engine, batches: list[Batch]) -> None:
    rows = sum(len(batch.values[0]) for batch in batches)
    tables = (packaged_table(locker, rows, "offline"),)
    told = manifest("delta", (1, 2), tables=tables, table_group="lockers")
    read_back = open_package(io.BytesIO(packed(told, batches)[0]))
    with engine.begin() as connection:
        apply_package(connection, *read_back, scope="S1", now=NOW)


def tags(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        return {row.locker: row.tag for row in connection.execute(select(locker))}


STATES = st.permutations(range(6)).flatmap(
    lambda order: st.sets(st.sampled_from(range(6))).map(
        lambda here: {LOCKERS[place]: f"tag {order[place]}" for place in here}
    )
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=STATES, after=STATES, size=st.integers(1, 3))
def test_whatever_moves_ends_where_headquarters_has_it(
    lockers: Engine, before: States, after: States, size: int
) -> None:
    """Any two states, rows that come and go included, with the moves spread over several batches."""
    begin(lockers, before)
    change(lockers, before, after, size)
    assert tags(lockers) == after


@pytest.mark.parametrize("size", [1, 6])
def test_circle_of_six(lockers: Engine, size: int) -> None:
    """Each takes the tag of the next one, and the last one the first's."""
    before = {one: f"tag {place}" for place, one in enumerate(LOCKERS)}
    after = {one: f"tag {(place + 1) % len(LOCKERS)}" for place, one in enumerate(LOCKERS)}
    begin(lockers, before)
    change(lockers, before, after, size)
    assert tags(lockers) == after


def test_one_value_for_two_rows_is_refused_whole(lockers: Engine) -> None:
    """A package that takes a row's value and gives it none contradicts itself: nothing of it stays."""
    before = {LOCKERS[0]: "tag 0", LOCKERS[1]: "tag 1"}
    begin(lockers, before)
    with pytest.raises(PackageRefused):
        apply(lockers, list(make_batches("locker", "update", ("locker", "tag"), [(LOCKERS[0], "tag 1")])))
    assert tags(lockers) == before
