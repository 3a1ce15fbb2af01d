"""Whatever is changed, deleted and moved, in whatever order and by however many writers at once: databases that take
packages end with headquarters' rows in scope."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Engine
from tests.server.conftest import sqlite_database
from tests.server.headquarters.taking import agree, bring_up_to_date

from kassa.environment import Environment
from kassa.model import Store, Tender
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.schema import make_engine
from kassa.schema.master import customer, item
from kassa.testing.store import CASHIER, MANAGER, STORE
from kassa_server import setup_store as setup
from kassa_server.channel import Channel
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.scopes import scope_of_store
from kassa_server.master_data import delete_rows
from kassa_server.setup_prices import NewDiscount, NewPrice, put_discounts, put_prices, remove_price

OTHER = "S2"
STORES = (STORE, OTHER)
Step = Callable[[Connection, Random], object]


def _price(connection: Connection, random: Random) -> object:
    store, number = random.choice(("", *STORES)), random.choice(("1001", "1002"))
    begins = random.choice((None, date(2026, 1, 1)))
    if random.random() < 0.3:
        return remove_price(connection, number, store, begins)
    return put_prices(connection, [NewPrice(number, Decimal(random.randrange(1, 99)), store, begins)])


def _discount(connection: Connection, random: Random) -> object:
    """A discount that moves between stores keeps its id."""
    new = NewDiscount("D1", "Sale", "percent", Decimal(random.randrange(1, 99)), random.choice(("", *STORES)))
    return put_discounts(connection, [new])


def _staff(connection: Connection, random: Random) -> object:
    store, person = random.choice(STORES), random.choice((CASHIER, MANAGER))
    what = random.choice((setup.upsert_staff_place, setup.remove_staff_place))
    what(connection, store, person)
    return setup.block_staff(connection, person, random.random() < 0.5)


def _item(connection: Connection, random: Random) -> object:
    number = f"N{random.randrange(3)}"
    if random.random() < 0.4:
        return delete_rows(connection, item, [number])
    codes = tuple(random.sample(("2990010000014", "2990010000021"), random.randrange(3)))
    return setup.put_items(connection, [setup.NewItem(number, "Tea", Decimal(random.randrange(1, 99)), "12", codes)])


def _customer(connection: Connection, random: Random) -> object:
    number = f"K{random.randrange(3)}"
    if random.random() < 0.4:
        return delete_rows(connection, customer, [number])
    return setup.put_customers(connection, [setup.NewCustomer(number, f"Name {random.randrange(9)}")])


def _tenders(connection: Connection, random: Random) -> object:
    return setup.put_tenders(connection, random.choice(STORES), [Tender("cash", "cash", f"Cash {random.random()}")])


STEPS: tuple[Step, ...] = (_price, _discount, _staff, _item, _customer, _tenders)


def add_store(headquarters: Channel) -> None:
    with headquarters.writing() as connection:
        setup.put_store(connection, Store(OTHER, "Elsewhere", "SEK"))
        setup.put_register(connection, "R20", OTHER, "Kassa 20")


def new_database(file: Path) -> Engine:
    engine = make_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        create_offline_tables(connection)
    return engine


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_changes_and_runs(tmp_path: Path, small_store: Path, seed: int) -> None:
    """Databases that come at any time, now and then, or only at the end have the same rows: headquarters' in scope."""
    random = Random(seed)
    headquarters = Channel(sqlite_database(tmp_path, small_store), Environment())
    add_store(headquarters)
    distribution = Distribution(headquarters, DirectoryFiles(tmp_path / "packages"))
    databases = {store: [new_database(tmp_path / f"{store}-{place}.db") for place in range(2)] for store in STORES}
    for _number in range(60):
        with headquarters.writing() as connection:
            for step in random.choices(STEPS, k=random.randrange(1, 4)):
                step(connection, random)
        if random.random() < 0.4:
            distribution.run(random.choice((9999, 1010, 1020, 1040, 1060)))
        if random.random() < 0.3:
            store = random.choice(STORES)
            bring_up_to_date(distribution, headquarters, random.choice(databases[store]), scope_of_store(store))
    distribution.run()
    for store in STORES:
        databases[store].append(new_database(tmp_path / f"{store}-late.db"))
        for database in databases[store]:
            bring_up_to_date(distribution, headquarters, database, scope_of_store(store))
            agree(headquarters, database, scope_of_store(store))
            database.dispose()
    headquarters.close()


def _own_rows(connection: Connection, name: str) -> None:
    """Rows that no other write touches: whoever passes them over never gets them."""
    setup.put_customers(connection, [setup.NewCustomer(name, name)])
    put_prices(connection, [NewPrice("1001", Decimal(1), store, date(2026, 1, 1) + _days(name)) for store in STORES])
    setup.upsert_staff_place(connection, OTHER, CASHIER)
    setup.put_tenders(connection, OTHER, [Tender("cash", "cash", name)])


def _days(name: str) -> timedelta:
    writer, number = name.split("-")
    return timedelta(days=100 * int(writer) + int(number))


def test_many_writers_at_once(headquarters: Channel, distribution: Distribution, tmp_path: Path) -> None:
    """Writers that begin, work and commit in different orders, while packages are made and taken all the time: a number
    that was passed over would be a row that no package ever brings."""
    add_store(headquarters)
    databases = {store: new_database(tmp_path / f"{store}.db") for store in STORES}
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        random = Random(writer)
        try:
            for number in range(8):
                with headquarters.writing() as connection:
                    _own_rows(connection, f"{writer}-{number}")
                    threading.Event().wait(random.random() / 20)  # keeps its numbers for a while before it commits
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        distribution.run()
        for store, database in databases.items():
            bring_up_to_date(distribution, headquarters, database, scope_of_store(store))
    for writer in writers:
        writer.join()
    assert failures == []
    distribution.run()
    for store, database in databases.items():
        bring_up_to_date(distribution, headquarters, database, scope_of_store(store))
        agree(headquarters, database, scope_of_store(store))
        database.dispose()
