"""Changes, schedules, crashes, lists and packages that come doubled, late, in any order or never: a register's table
groups stand at states that headquarters has had, and in the end at the one it has."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, select
from tests.server.headquarters.test_distribution import agree, opened, rows

from kassa.environment import Environment
from kassa.packages.applying import apply_package, checkpoints
from kassa.packages.choosing import next_package
from kassa.packages.errors import ListNotTrusted, PackageOutOfOrder
from kassa.packages.keys import verify_list
from kassa.packages.listing import PackageEntry, PackageList, Signed
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.schema import make_engine
from kassa.schema.groups import TABLE_GROUPS, TableGroup
from kassa.schema.master import item
from kassa.testing.clock import TestClock
from kassa.testing.store import CASHIER, MANAGER, STORE
from kassa_server.channel import Channel
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.keys import current_key_set
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.rows import current_version
from kassa_server.headquarters.scopes import scope_of_store
from kassa_server.master_data import delete_rows, put_rows
from kassa_server.setup_store import (
    NewCustomer,
    NewItem,
    put_customers,
    put_items,
    remove_staff_place,
    upsert_staff_place,
)

NUMBERS = st.sampled_from(["1001", "1002", "1003", "9001", "9002"])
PRICES = st.integers(1, 9).map(Decimal)


class PowerCut(BaseException):
    """The process ended here: nobody catches that."""


class CutFiles(DirectoryFiles):
    """Package files; the process ends while the one is written that ``left`` counts down to."""

    left: int | None = None

    @contextmanager
    def writing(self, package_id: str) -> Iterator[BinaryIO]:
        with super().writing(package_id) as file:
            yield file
            if self.left is not None:
                self.left -= 1
                if self.left < 0:
                    raise PowerCut


class CutChannel(Channel):
    """A database; the process ends just before the next commit."""

    cut = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
            if self.cut:
                self.cut = False
                raise PowerCut


class Chain(RuleBasedStateMachine):
    """Headquarters and one register, with everything between them in the test's hands."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kassa-interleaving-"))
        self.clock = TestClock()
        self.headquarters = CutChannel(url, Environment(clock=self.clock))
        self.files = CutFiles(self.folder / "packages")
        self.distribution = Distribution(self.headquarters, self.files)
        self.lists: list[Signed] = []
        self.listed: PackageList | None = None
        self.databases = 0
        self.new_database()
        self.history: dict[str, list[tuple[int, Any]]] = {group.name: [] for group in TABLE_GROUPS}
        self.remember()

    def teardown(self) -> None:
        self.arrives_in_the_end()
        self.headquarters.close()
        self.register.dispose()
        shutil.rmtree(self.folder)

    def new_database(self) -> None:
        self.databases += 1
        self.register: Engine = make_engine(f"sqlite:///{self.folder / f'offline-{self.databases}.db'}")
        with self.register.begin() as connection:
            create_offline_tables(connection)

    def remember(self) -> None:
        """What headquarters' tables hold, and at which version."""
        with self.headquarters.reading() as connection:
            version = current_version(connection)
        for group in TABLE_GROUPS:
            self.history[group.name].append((version, rows_of(self.headquarters, group)))

    # -- headquarters -----------------------------------------------------------------------------------------------

    @rule(number=NUMBERS, price=PRICES)
    def change_price(self, number: str, price: Decimal) -> None:
        with self.headquarters.writing() as connection:
            known = connection.execute(select(item.c.item_number).where(item.c.item_number == number)).first()
            if known is not None:
                put_rows(connection, item, [{"item_number": number, "unit_price": price}])
        self.remember()

    @rule(number=NUMBERS, price=PRICES, barcodes=st.sets(st.sampled_from(["2001", "2002", "2003"])))
    def put_item(self, number: str, price: Decimal, barcodes: set[str]) -> None:
        """A barcode moves from one item to another here."""
        with self.headquarters.writing() as connection:
            put_items(connection, [NewItem(number, f"Item {price}", price, "25", tuple(sorted(barcodes)))])
        self.remember()

    @rule(number=NUMBERS)
    def delete_item(self, number: str) -> None:
        with self.headquarters.writing() as connection:
            delete_rows(connection, item, [number])
        self.remember()

    @rule(number=st.sampled_from(["K1", "K2"]), name=st.sampled_from(["Bo", "Åsa"]))
    def put_customer(self, number: str, name: str) -> None:
        with self.headquarters.writing() as connection:
            put_customers(connection, [NewCustomer(number, name)])
        self.remember()

    @rule(staff_id=st.sampled_from([CASHIER, MANAGER]), here=st.booleans())
    def place_staff(self, staff_id: str, here: bool) -> None:
        with self.headquarters.writing() as connection:
            (upsert_staff_place if here else remove_staff_place)(connection, STORE, staff_id)
        self.remember()

    @rule(number=NUMBERS)
    def crash_while_changing(self, number: str) -> None:
        self.headquarters.cut = True
        with pytest.raises(PowerCut), self.headquarters.writing() as connection:
            delete_rows(connection, item, [number])

    @rule(job=st.sampled_from([1010, 1040, 1060, 1080, 9999, 9999]))
    def run_job(self, job: int) -> None:
        assert self.distribution.run(job).state in ("available", "no_data")

    @rule(left=st.integers(0, 3))
    def crash_while_distributing(self, left: int) -> None:
        """In the middle of a file, or, if there are fewer, between the files and their rows."""
        self.files.left, self.headquarters.cut = left, True
        with suppress(PowerCut):
            self.distribution.run(9999)
        self.files.left, self.headquarters.cut = None, False

    @rule(days=st.sampled_from([0.01, 1, 8]))
    def time_passes(self, days: float) -> None:
        self.clock.advance(days * 86_400)

    # -- the register -----------------------------------------------------------------------------------------------

    @rule()
    def list_arrives(self) -> None:
        _number, signed = self.distribution.list_for(scope_of_store(STORE))
        self.lists.append(signed)
        self.accept(signed)

    @precondition(lambda self: len(self.lists) > 1)
    @rule(which=st.integers(0, 9))
    def old_list_arrives(self, which: int) -> None:
        """Replayed, or late: one with a smaller number is not believed."""
        before = self.listed
        try:
            self.accept(self.lists[which % len(self.lists)])
        except ListNotTrusted:
            assert self.listed == before

    def accept(self, signed: Signed) -> None:
        with self.headquarters.reading() as connection:
            keys = current_key_set(connection)
        seen = 0 if self.listed is None else self.listed.number
        self.listed = verify_list(signed, keys, seen_number=seen, scope=STORE)

    @precondition(lambda self: self.listed is not None)
    @rule(which=st.integers(0, 99), cut_off=st.booleans())
    def package_arrives(self, which: int, cut_off: bool) -> None:
        """Any of the list, in any order, once more, or cut off while it is applied."""
        assert self.listed is not None
        entries = [entry for entry in self.listed.packages if entry.rendering == "batches"]
        if entries:
            self.take(entries[which % len(entries)], cut_off)

    @rule()
    def offline_database_is_lost(self) -> None:
        self.register.dispose()
        self.new_database()

    def take(self, entry: PackageEntry, cut_off: bool = False) -> None:
        """What cannot be used yet is refused, and what has been used already changes nothing."""
        if self.files.find(entry.package_id) is None:
            return
        with self.register.connect() as connection, connection.begin() as transaction:
            try:
                apply_package(connection, *opened(self.distribution, entry), scope=STORE, now=self.clock.utc())
            except PackageOutOfOrder:
                transaction.rollback()
                return
            (transaction.rollback if cut_off else transaction.commit)()

    @invariant()
    def stands_where_headquarters_has_been(self) -> None:
        with self.register.connect() as connection:
            known = checkpoints(connection)
        for group in TABLE_GROUPS:
            if group.name in known:
                at = known[group.name].version
                then = max(one for one, _rows in self.history[group.name] if one <= at)
                states = [state for one, state in self.history[group.name] if one == then]
                assert rows_of(self.register, group) in states, group.name

    def arrives_in_the_end(self) -> None:
        """One run, one list and what it leads to bring everything, whatever happened before."""
        assert self.distribution.run(9999).state in ("available", "no_data")
        self.list_arrives()
        assert self.listed is not None
        for group in TABLE_GROUPS:
            for _step in range(3):
                with self.register.connect() as connection:
                    known = checkpoints(connection).get(group.name)
                entry = next_package(self.listed, group.name, None if known is None else known.version)
                if entry is not None:
                    assert self.files.find(entry.package_id) is not None
                    self.take(entry)
        agree(self.headquarters, self.register)


def rows_of(database: Any, group: TableGroup) -> list[list[tuple[Any, ...]]]:
    return [rows(database, table) for table in group.tables]


@pytest.fixture(params=["sqlite", "postgresql"])
def make_url(request: pytest.FixtureRequest, tmp_path: Path, small_store: Path) -> Callable[[], str]:
    """Makes headquarters' database with the small store, for each example anew."""
    if request.param == "postgresql":
        made: Callable[[], str] = request.getfixturevalue("shared_postgresql")
        return made

    def copied() -> str:
        file = Path(tempfile.mkdtemp(dir=tmp_path)) / "channel.db"
        shutil.copy(small_store, file)
        return f"sqlite:///{file}"

    return copied


def play(make_url: Callable[[], str], examples: int, steps: int) -> None:
    told = settings(
        max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck), deadline=None
    )
    run_state_machine_as_test(lambda: Chain(make_url()), settings=told)


@pytest.mark.soak  # minutes on two cores: too long for the ordinary run
def test_any_interleaving_ends_at_headquarters_rows(make_url: Callable[[], str]) -> None:
    """A few lives on each engine, the same in every run."""
    play(make_url, 5, 25)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_many_interleavings(make_url: Callable[[], str]) -> None:
    """Hundreds of them, longer, and others each time."""
    play(make_url, 300, 60)
