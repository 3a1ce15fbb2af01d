"""Changes, schedules, crashes, lists and packages that come doubled, late, in any order or never: an offline database's
and a channel database's table groups stand at states that headquarters has had, and in the end at the one it has."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, select
from tests.server.headquarters.taking import agree, opened, rows

from kassa.environment import Environment
from kassa.packages.applying import apply_package, checkpoints
from kassa.packages.choosing import next_package
from kassa.packages.errors import ListNotTrusted, PackageOutOfOrder
from kassa.packages.keys import verify_list
from kassa.packages.listing import PackageEntry, PackageList, Signed
from kassa.packages.manifest import Batch, Manifest
from kassa.packages.sqlite_snapshot import create_offline_tables
from kassa.schema import make_engine
from kassa.schema.groups import TableGroup
from kassa.schema.master import item
from kassa.testing.clock import TestClock
from kassa.testing.store import CASHIER, MANAGER, STORE
from kassa_server.channel import Channel
from kassa_server.headquarters.databases import put_channel_database
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.keys import current_key_set
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.rows import current_version
from kassa_server.headquarters.scopes import Scope, active_scopes
from kassa_server.joined.applying import apply_to_channel
from kassa_server.master_data import delete_rows, put_rows
from kassa_server.migrate import upgrade
from kassa_server.schema import store
from kassa_server.schema.groups import own_groups
from kassa_server.setup_prices import NewPrice, put_prices
from kassa_server.setup_store import (
    NewCustomer,
    NewItem,
    put_customers,
    put_items,
    remove_staff_place,
    upsert_staff_place,
)

NUMBERS = st.sampled_from(["1001", "1002", "1003", "9001", "9002"])
WHICH = st.sampled_from([0, 1])
"""A register's offline database, or the channel database."""
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


class Database:
    """A database below headquarters: the offline one of a register, or a channel database apart. What it has seen of
    the lists, and the states of headquarters that it may stand at."""

    def __init__(self, folder: Path, headquarters: Channel, scope: Scope, fresh: Callable[[Path], None]) -> None:
        self.scope = scope
        self.groups = own_groups(scope.audience)
        self.lists: list[Signed] = []
        self.listed: PackageList | None = None
        self.history: dict[str, list[tuple[int, Any]]] = {group.name: [] for group in self.groups}
        self._folder, self._headquarters, self._fresh = folder, headquarters, fresh
        self._made = 0
        self.renew()
        self.remember()

    def renew(self) -> None:
        """It is lost, and begins anew without rows."""
        if self._made:
            self.engine.dispose()
        self._made += 1
        self.changed = True
        file = self._folder / f"{self.scope.audience}-{self._made}.db"
        self._fresh(file)
        self.engine: Engine = make_engine(f"sqlite:///{file}")

    def remember(self) -> None:
        """What headquarters' tables hold, and at which version."""
        with self._headquarters.reading() as connection:
            version = current_version(connection)
        for group in self.groups:
            self.history[group.name].append((version, self._rows(self._headquarters, group)))

    def _rows(self, source: Any, group: TableGroup) -> list[list[tuple[Any, ...]]]:
        return [rows(source, table, self.scope) for table in group.tables]

    def at(self, table_group: str) -> int | None:
        with self.engine.connect() as connection:
            known = checkpoints(connection).get(table_group)
        return None if known is None else known.version

    def accept(self, signed: Signed) -> None:
        with self._headquarters.reading() as connection:
            keys = current_key_set(connection)
        seen = 0 if self.listed is None else self.listed.number
        name, audience = self.scope.name, self.scope.audience
        self.listed = verify_list(signed, keys, seen_number=seen, scope=name, audience=audience)

    def take(self, manifest: Manifest, batches: list[Batch], now: datetime, cut_off: bool) -> None:
        """What cannot be used yet is refused, and what has been used already changes nothing."""
        self.changed = True
        with self.engine.connect() as connection, connection.begin() as transaction:
            try:
                if self.scope.audience == "channel":
                    apply_to_channel(connection, manifest, batches, group_id=self.scope.name, now=now)
                else:
                    apply_package(connection, manifest, batches, scope=self.scope.name, now=now)
            except PackageOutOfOrder:
                transaction.rollback()
                return
            (transaction.rollback if cut_off else transaction.commit)()

    def stands_where_headquarters_has_been(self) -> None:
        """Looked at whenever something has been done to it."""
        if not self.changed:
            return
        self.changed = False
        with self.engine.connect() as connection:
            known = checkpoints(connection)
        for group in self.groups:
            if group.name in known:
                at = known[group.name].version
                then = max(one for one, _rows in self.history[group.name] if one <= at)
                states = [state for one, state in self.history[group.name] if one == then]
                assert self._rows(self.engine, group) in states, group.name


class Chain(RuleBasedStateMachine):
    """Headquarters and what is below it, with everything between them in the test's hands."""

    def __init__(self, url: str, fresh_channel: Callable[[Path], None]) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kassa-interleaving-"))
        self.clock = TestClock()
        self.headquarters = CutChannel(url, Environment(clock=self.clock), self.folder)
        self.files = CutFiles(self.folder / "packages")
        self.distribution = Distribution(self.headquarters, self.files)
        with self.headquarters.writing() as connection:
            (group,) = connection.execute(select(store.c.channel_database_group)).scalars()
            put_channel_database(connection, "APART", group, "Apart", self.clock.utc())
            scopes = active_scopes(connection)
        fresh = {"offline": fresh_offline, "channel": fresh_channel}
        self.below = [Database(self.folder, self.headquarters, scope, fresh[scope.audience]) for scope in scopes]

    def teardown(self) -> None:
        try:
            for database in self.below:
                self.arrives_in_the_end(database)
        finally:
            self.headquarters.close()
            for database in self.below:
                database.engine.dispose()
            shutil.rmtree(self.folder)

    def changed(self) -> None:
        for database in self.below:
            database.remember()

    # -- headquarters -----------------------------------------------------------------------------------------------

    @rule(number=NUMBERS, price=PRICES)
    def change_price(self, number: str, price: Decimal) -> None:
        with self.headquarters.writing() as connection:
            known = connection.execute(select(item.c.item_number).where(item.c.item_number == number)).first()
            if known is not None:
                put_rows(connection, item, [{"item_number": number, "unit_price": price}])
        self.changed()

    @rule(number=st.sampled_from(["1001", "1004"]), price=PRICES, store_id=st.sampled_from(["", STORE]))
    def set_price_in_store(self, number: str, price: Decimal, store_id: str) -> None:
        with self.headquarters.writing() as connection:
            put_items(connection, [NewItem("1004", "Te", price, "25")])
            put_items(connection, [NewItem("1001", "Kaffe", price, "25")])
            put_prices(connection, [NewPrice(number, price, store_id)])
        self.changed()

    @rule(number=NUMBERS, price=PRICES, barcodes=st.sets(st.sampled_from(["2001", "2002", "2003"])))
    def put_item(self, number: str, price: Decimal, barcodes: set[str]) -> None:
        """A barcode moves from one item to another here."""
        with self.headquarters.writing() as connection:
            put_items(connection, [NewItem(number, f"Item {price}", price, "25", tuple(sorted(barcodes)))])
        self.changed()

    @rule(number=NUMBERS)
    def delete_item(self, number: str) -> None:
        with self.headquarters.writing() as connection:
            delete_rows(connection, item, [number])
        self.changed()

    @rule(number=st.sampled_from(["K1", "K2"]), name=st.sampled_from(["Bo", "Åsa"]))
    def put_customer(self, number: str, name: str) -> None:
        with self.headquarters.writing() as connection:
            put_customers(connection, [NewCustomer(number, name)])
        self.changed()

    @rule(staff_id=st.sampled_from([CASHIER, MANAGER]), here=st.booleans())
    def place_staff(self, staff_id: str, here: bool) -> None:
        with self.headquarters.writing() as connection:
            (upsert_staff_place if here else remove_staff_place)(connection, STORE, staff_id)
        self.changed()

    @rule(number=NUMBERS)
    def crash_while_changing(self, number: str) -> None:
        self.headquarters.cut = True
        with pytest.raises(PowerCut), self.headquarters.writing() as connection:
            delete_rows(connection, item, [number])

    @rule(job=st.sampled_from([1010, 1020, 1040, 1060, 1080, 9999, 9999]))
    def run_job(self, job: int) -> None:
        assert self.distribution.run(job).state in ("available", "no_data")

    @rule(left=st.integers(0, 5))
    def crash_while_distributing(self, left: int) -> None:
        """In the middle of a file, or, if there are fewer, between the files and their rows."""
        self.files.left, self.headquarters.cut = left, True
        with suppress(PowerCut):
            self.distribution.run(9999)
        self.files.left, self.headquarters.cut = None, False

    @rule(days=st.sampled_from([0.01, 1, 8]))
    def time_passes(self, days: float) -> None:
        self.clock.advance(days * 86_400)

    # -- below ------------------------------------------------------------------------------------------------------

    @rule(which=WHICH)
    def list_arrives(self, which: int) -> None:
        self.fetch_list(self.below[which])

    def fetch_list(self, database: Database) -> None:
        _number, signed = self.distribution.list_for(database.scope)
        database.lists.append(signed)
        database.accept(signed)

    @rule(which=WHICH, place=st.integers(0, 9))
    def old_list_arrives(self, which: int, place: int) -> None:
        """Replayed, or late: one with a smaller number is not believed, and neither is another scope's."""
        database, lists = self.below[which], [signed for one in self.below for signed in one.lists]
        before = database.listed
        if lists:
            try:
                database.accept(lists[place % len(lists)])
            except ListNotTrusted:
                assert database.listed == before

    @rule(which=WHICH, place=st.integers(0, 99), cut_off=st.booleans())
    def package_arrives(self, which: int, place: int, cut_off: bool) -> None:
        """Any of the list, in any order, once more, or cut off while it is applied."""
        listed = self.below[which].listed
        entries = [] if listed is None else [entry for entry in listed.packages if entry.rendering == "batches"]
        if entries:
            self.take(self.below[which], entries[place % len(entries)], cut_off)

    @rule(which=WHICH)
    def database_is_lost(self, which: int) -> None:
        self.below[which].renew()

    def take(self, database: Database, entry: PackageEntry, cut_off: bool = False) -> None:
        if self.files.find(entry.package_id) is not None:
            database.take(*opened(self.distribution, entry), self.clock.utc(), cut_off)

    @invariant()
    def stand_where_headquarters_has_been(self) -> None:
        for database in self.below:
            database.stands_where_headquarters_has_been()

    def arrives_in_the_end(self, database: Database) -> None:
        """One run, one list and what it leads to bring everything, whatever happened before."""
        assert self.distribution.run(9999).state in ("available", "no_data")
        self.fetch_list(database)
        assert database.listed is not None
        for group in database.groups:
            while entry := next_package(database.listed, group.name, database.at(group.name)):
                assert self.files.find(entry.package_id) is not None
                self.take(database, entry)
        agree(self.headquarters, database.engine, database.scope)


def fresh_offline(file: Path) -> None:
    """An offline database without rows."""
    engine = make_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        create_offline_tables(connection)
    engine.dispose()


@pytest.fixture(scope="module")
def fresh_channel(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Makes a channel database without rows."""
    made = tmp_path_factory.mktemp("channel") / "channel.db"
    engine = make_engine(f"sqlite:///{made}")
    upgrade(engine)
    engine.dispose()

    def copied(file: Path) -> None:
        shutil.copy(made, file)

    return copied


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


def play(make_url: Callable[[], str], fresh_channel: Callable[[Path], None], examples: int, steps: int) -> None:
    """Without shrinking: what fails is told at once, by its steps."""
    told = settings(
        max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck), deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(lambda: Chain(make_url(), fresh_channel), settings=told)


def test_any_interleaving_ends_at_headquarters_rows(
    make_url: Callable[[], str], fresh_channel: Callable[[Path], None]
) -> None:
    """A few lives on each engine, the same in every run."""
    play(make_url, fresh_channel, 4, 25)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_many_interleavings(make_url: Callable[[], str], fresh_channel: Callable[[Path], None]) -> None:
    """Dozens of them, twice as long, and others each time."""
    play(make_url, fresh_channel, 40, 40)
