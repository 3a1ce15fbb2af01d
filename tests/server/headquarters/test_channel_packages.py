"""Packages for channel databases beside those for offline databases: who gets which rows, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from tests.server.headquarters.taking import SMALL, agree, bring_up_to_date, listed, opened, rows

from kassa.model import EnabledPlugin, Store, Tender
from kassa.packages.applying import checkpoints_metadata
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.schema import make_engine
from kassa.schema.master import price, staff
from kassa.testing.store import CASHIER, STORE
from kassa_server.channel import Channel
from kassa_server.headquarters.databases import move_store, put_channel_database, put_channel_database_group
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.scopes import Scope, scope_of_group, scope_of_store
from kassa_server.headquarters.support_offline import set_support_offline
from kassa_server.migrate import upgrade
from kassa_server.schema import package, register, staff_credential, tender
from kassa_server.setup_prices import NewPrice, put_prices, remove_price
from kassa_server.setup_store import (
    NewStaff,
    put_plugins,
    put_register,
    put_staff,
    put_store,
    put_tenders,
    remove_staff_place,
    upsert_staff_place,
)

OTHER = "S2"


@pytest.fixture
def chain(headquarters: Channel) -> Channel:
    """Headquarters with a second store, and a channel database for each store's group."""
    now = headquarters.environment.clock.utc()
    with headquarters.writing() as connection:
        put_store(connection, Store(OTHER, "Elsewhere", "SEK", tax_included=True))
        put_register(connection, "R20", OTHER, "Kassa 20", now=now)
        put_staff(connection, headquarters.environment, OTHER, [NewStaff("3001", "Olle", "1234", "cashier")])
        put_tenders(connection, OTHER, [Tender("cash", "cash", "Kontant")])
        for store_id in (STORE, OTHER):
            put_channel_database(connection, f"C{store_id}", store_id, f"Store server {store_id}", now)
        put_prices(
            connection,
            [
                NewPrice("1001", Decimal(49)),
                NewPrice("1001", Decimal(45), STORE, date(2026, 1, 1)),
                NewPrice("1001", Decimal(44), OTHER, date(2026, 1, 1)),
            ],
        )
    return headquarters


@pytest.fixture
def channel_database(request: pytest.FixtureRequest, headquarters: Channel, tmp_path: Path) -> Iterator[Engine]:
    """An empty channel database of a store server apart: on the other engine than headquarters'."""
    if headquarters.engine.dialect.name == "postgresql":
        engine = make_engine(f"sqlite:///{tmp_path / 'apart.db'}")
    else:
        make: Callable[[], str] = request.getfixturevalue("postgresql")
        engine = make_engine(make())
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    upgrade(engine)
    checkpoints_metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Engine]:
    """An offline database, empty."""
    engine = make_engine(f"sqlite:///{tmp_path / 'offline.db'}")
    with engine.begin() as connection:
        create_offline_tables(connection)
    yield engine
    engine.dispose()


def group_scope(headquarters: Channel, group_id: str = STORE) -> Scope:
    with headquarters.reading() as connection:
        return scope_of_group(connection, group_id)


def test_channel_database_gets_its_stores_rows(
    chain: Channel, distribution: Distribution, channel_database: Engine
) -> None:
    """A store server apart has headquarters' rows of its stores in every table, secrets too, from snapshots and then
    from deltas: values, times and bytes as they are."""
    scope = group_scope(chain)
    bring_up_to_date(distribution, chain, channel_database, scope)
    agree(chain, channel_database, scope)
    assert len(rows(channel_database, staff_credential, scope)) == 2
    with chain.writing() as connection:
        put_plugins(connection, "R1", [EnabledPlugin("sale", required=True)])
        put_tenders(connection, STORE, [Tender("card", "card", "Kort")])
        set_support_offline(connection, "R2", False, chain.environment.clock.utc())
        upsert_staff_place(connection, STORE, "3001")
        remove_staff_place(connection, STORE, CASHIER)
    assert distribution.run().state == "available"
    taken = bring_up_to_date(distribution, chain, channel_database, scope)
    assert {entry.kind for entry in taken} == {"delta"}
    assert {entry.table_group for entry in taken} == {"staff", "channel", "tenders", "registers"}
    agree(chain, channel_database, scope)


def test_offline_database_gets_its_stores_rows(chain: Channel, distribution: Distribution, offline: Engine) -> None:
    """Prices: those of every store and its own; staff: its own."""
    bring_up_to_date(distribution, chain, offline)
    agree(chain, offline)
    assert [row[1] for row in rows(offline, price)] == ["", STORE]
    assert "3001" not in [row[0] for row in rows(offline, staff)]


def test_other_stores_changes_are_nobody_elses(chain: Channel, distribution: Distribution) -> None:
    """What changes in one store makes no package for another one: not a row, not a key, not a deletion."""
    distribution.run()
    with chain.reading() as connection:
        before = set(connection.execute(select(package.c.package_id)).scalars())
    with chain.writing() as connection:
        put_prices(connection, [NewPrice("1002", Decimal(9), OTHER)])
        remove_price(connection, "1001", OTHER, date(2026, 1, 1))
        put_staff(connection, chain.environment, OTHER, [NewStaff("3002", "Siv", "1234", "cashier")])
        put_tenders(connection, OTHER, [Tender("card", "card", "Kort")])
        put_register(connection, "R21", OTHER, "Kassa 21")
        remove_staff_place(connection, OTHER, "3001")
    distribution.run()
    with chain.reading() as connection:
        made = connection.execute(select(package).where(package.c.package_id.not_in(before))).all()
    assert {row.scope for row in made} == {OTHER}
    assert {(row.audience, row.table_group) for row in made} == {
        ("offline", "prices"), ("offline", "staff"), ("channel", "prices"), ("channel", "staff"),
        ("channel", "tenders"), ("channel", "channel"), ("channel", "registers"),
    }  # fmt: skip


def test_same_package_for_every_database(chain: Channel, distribution: Distribution) -> None:
    """Customers, products and taxes are rendered once, for offline and channel databases of every store alike."""
    distribution.run()
    scopes = [SMALL, scope_of_store(OTHER), group_scope(chain), group_scope(chain, OTHER)]
    of_group: dict[str, set[tuple[str, ...]]] = {}
    for scope in scopes:
        entries = [one for one in listed(distribution, chain, scope).packages if one.rendering == "batches"]
        for name in {one.table_group for one in entries}:
            ids = tuple(sorted(one.package_id for one in entries if one.table_group == name))
            of_group.setdefault(name, set()).add(ids)
    assert {name: len(ids) for name, ids in of_group.items()} == {
        "customers": 1, "products": 1, "taxes": 1,  # one for all
        "prices": 4, "staff": 4,  # by store, and by group
        "channel": 2, "tenders": 2, "registers": 2,  # for channel databases alone
        "accounts": 1, "inventory": 1,  # for those too, and one for all
    }  # fmt: skip


def test_job_for_one_group(chain: Channel, distribution: Distribution) -> None:
    """A job that is run for one channel database group makes nothing for another; the next run for all does."""
    distribution.run()
    with chain.writing() as connection:
        put_prices(connection, [NewPrice("1002", Decimal(9), STORE), NewPrice("1002", Decimal(8), OTHER)])
    made = distribution.run(1020, group=OTHER)
    assert (made.state, made.packages) == ("available", 2)
    newest = listed(distribution, chain, scope_of_store(OTHER)).groups["prices"]
    assert listed(distribution, chain, SMALL).groups["prices"] < newest
    assert distribution.run(1020).packages == 2


def test_store_that_changes_its_group(chain: Channel, distribution: Distribution, channel_database: Engine) -> None:
    """The channel databases of both groups have the rows of the stores that are in them now, from snapshots."""
    now = chain.environment.clock.utc()
    with chain.writing() as connection:
        put_channel_database_group(connection, "NORTH", "North")
        put_channel_database(connection, "CN", "NORTH", "Store server north", now)
        move_store(connection, STORE, "NORTH", now)
        move_store(connection, OTHER, "NORTH", now)
    bring_up_to_date(distribution, chain, channel_database, group_scope(chain, "NORTH"))
    agree(chain, channel_database, group_scope(chain, "NORTH"))
    assert {row[1] for row in rows(channel_database, register, group_scope(chain, "NORTH"))} == {STORE, OTHER}
    with chain.writing() as connection:
        move_store(connection, OTHER, OTHER, now)
    distribution.run()
    bring_up_to_date(distribution, chain, channel_database, group_scope(chain, "NORTH"))
    agree(chain, channel_database, group_scope(chain, "NORTH"))
    assert {row[0] for row in rows(channel_database, tender, group_scope(chain, "NORTH"))} == {STORE}


def test_no_package_says_more_than_its_scope(chain: Channel, distribution: Distribution) -> None:
    """No batch of an offline package names the other store or its staff."""
    distribution.run()
    said: list[Any] = [
        value
        for entry in listed(distribution, chain, SMALL).packages
        if entry.rendering == "batches"
        for batch in opened(distribution, entry)[1]
        for column in batch.values
        for value in column
    ]
    assert STORE in said
    assert {OTHER, "3001", "R20"}.isdisjoint(map(str, said))
