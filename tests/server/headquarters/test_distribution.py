"""Distribution: what a store's registers get is headquarters' rows in scope, and costs what has changed."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, select
from tests.server.headquarters.taking import agree, bring_up_to_date, file_of, listed, opened, rows

from kassa.packages.applying import checkpoints
from kassa.packages.compression import ZstdFile
from kassa.packages.sqlite_snapshot import create_offline_tables, open_sqlite_snapshot
from kassa.packages.verifying import verify_file
from kassa.schema import make_engine
from kassa.schema.groups import JOBS
from kassa.schema.master import barcode, item, staff
from kassa.testing.clock import TestClock
from kassa.testing.store import CASHIER, REGISTER, STORE
from kassa_server.activation import make_code
from kassa_server.channel import Channel
from kassa_server.headquarters.changes import Author, changes_by
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.keys import revoke_key, rotate_key
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.scopes import scope_of_store
from kassa_server.master_data import delete_rows, put_rows
from kassa_server.schema import (
    activation_code,
    change_log,
    distribution_run,
    headquarters_key,
    package,
    staff_credential,
)
from kassa_server.setup_store import NewCustomer, NewItem, put_customers, put_items, remove_staff_place


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Engine]:
    """A register's offline database, empty."""
    engine = make_engine(f"sqlite:///{tmp_path / 'offline.db'}")
    with engine.begin() as connection:
        create_offline_tables(connection)
    yield engine
    engine.dispose()


def change_prices(headquarters: Channel, *numbers: str, price: str = "1") -> None:
    with headquarters.writing() as connection:
        put_rows(connection, item, [{"item_number": number, "unit_price": Decimal(price)} for number in numbers])


def test_new_register_gets_headquarters_rows(
    distribution: Distribution, headquarters: Channel, register: Engine
) -> None:
    """From the snapshots in batches a database gets every row in scope."""
    assert distribution.run(author="anna").state == "available"
    bring_up_to_date(distribution, headquarters, register)
    agree(headquarters, register)


def test_sqlite_snapshot_is_the_same(distribution: Distribution, headquarters: Channel, tmp_path: Path) -> None:
    """The ready SQLite file holds the same rows."""
    (entry,) = [one for one in listed(distribution, headquarters).packages if one.rendering == "sqlite"]
    file = file_of(distribution, entry.package_id)
    verify_file(file, entry)
    with file.open("rb") as packed:
        open_sqlite_snapshot(packed, tmp_path / "swapped.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'swapped.db'}", read_only=True)
    agree(headquarters, engine)
    with engine.connect() as connection:
        assert {name: one.version for name, one in checkpoints(connection).items()} == entry.versions
    engine.dispose()


def test_changes_travel_as_what_changed(distribution: Distribution, headquarters: Channel, register: Engine) -> None:
    """A changed price travels as key and price; a new item whole; a deleted one as its key."""
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    change_prices(headquarters, "1001", "1002")
    with headquarters.writing() as connection:
        put_items(connection, [NewItem("9001", "Kanelbulle", Decimal("25"), "12", ("2990010000007",))])
        delete_rows(connection, item, ["1003"])
    distribution.run()
    taken = bring_up_to_date(distribution, headquarters, register)
    assert [entry.kind for entry in taken] == ["delta"]
    _manifest, batches = opened(distribution, taken[0])
    told = {(batch.table, batch.action): (batch.columns, len(batch.values[0])) for batch in batches}
    assert told["item", "update"] == (("item_number", "unit_price"), 2)
    assert told["item", "delete"] == (("item_number",), 1)
    assert told["item", "upsert"][1] == 1
    agree(headquarters, register)


def test_register_that_was_away(distribution: Distribution, headquarters: Channel, register: Engine) -> None:
    """After many runs a register that stands at the first one takes one merged delta for each group, as another does
    that stands in between."""
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    for price in range(1, 8):
        change_prices(headquarters, "1001", price=str(price))
        if price % 2:
            with headquarters.writing() as connection:
                delete_rows(connection, item, ["1004"])
        else:
            with headquarters.writing() as connection:
                put_items(connection, [NewItem("1004", f"Te {price}", Decimal(price), "12")])
        distribution.run()
        if price == 3:
            bring_up_to_date(distribution, headquarters, register)
    taken = bring_up_to_date(distribution, headquarters, register)
    assert [(entry.table_group, entry.kind) for entry in taken] == [("products", "delta")]
    agree(headquarters, register)


def test_nothing_changed_makes_nothing(distribution: Distribution, headquarters: Channel) -> None:
    """A run that finds nothing changed makes no package and leaves the list as it is; one by hand is noted."""
    distribution.run()
    before = listed(distribution, headquarters).number
    change_prices(headquarters, "1001", price="54.9000")
    assert distribution.run(author="anna").state == "no_data"
    assert distribution.run().state == "no_data"
    assert listed(distribution, headquarters).number == before
    with headquarters.reading() as connection:
        noted = connection.execute(select(distribution_run.c.author, distribution_run.c.state)).all()
    assert sorted(map(tuple, noted)) == [("", "available"), ("anna", "no_data")]


def test_job_sends_its_own_groups(distribution: Distribution, headquarters: Channel, register: Engine) -> None:
    """Job 1010 sends customers and their accounts, and no prices with them."""
    distribution.run()
    change_prices(headquarters, "1001")
    with headquarters.writing() as connection:
        put_customers(connection, [NewCustomer("K1", "Bo")])
    distribution.run(1010)
    changed = [one.table_group for one in listed(distribution, headquarters).packages if one.kind == "delta"]
    assert changed == ["customers"]
    assert JOBS[1010] == ("customers", "accounts")


def test_staff_who_leave_a_store(distribution: Distribution, headquarters: Channel, register: Engine) -> None:
    """A staff member who works elsewhere from now on goes from the store's registers."""
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    with headquarters.writing() as connection:
        remove_staff_place(connection, STORE, CASHIER)
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    assert CASHIER not in [row[0] for row in rows(register, staff)]
    agree(headquarters, register)


def test_barcode_moves(distribution: Distribution, headquarters: Channel, register: Engine) -> None:
    """A barcode that moves between two items in one run ends where headquarters has it."""
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    before = rows(register, barcode)
    with headquarters.writing() as connection:
        (first, item_of_first), (second, item_of_second) = (row[:2] for row in before[:2])
        moved = [(first, item_of_second), (second, item_of_first)]
        put_rows(connection, barcode, [{"barcode": code, "item_number": number} for code, number in moved])
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    assert rows(register, barcode) != before
    agree(headquarters, register)


def test_nothing_secret_in_any_package(distribution: Distribution, headquarters: Channel) -> None:
    """No PIN hash, activation code or signing key is in any package, however it were written."""
    with headquarters.writing() as connection:
        code = make_code(connection, headquarters.environment, REGISTER)
    change_prices(headquarters, "1001")
    distribution.run()
    with headquarters.reading() as connection:
        hashes = [bytes(row.hash) for row in connection.execute(select(staff_credential))]
        sealed = connection.execute(select(headquarters_key)).all()
        seeds = [headquarters.sealing.open(bytes(row.sealed), row.key_id) for row in sealed]
        codes = [row.code_hash.encode() for row in connection.execute(select(activation_code))]
        ids = connection.execute(select(package.c.package_id)).scalars().all()
    assert min(len(hashes), len(seeds), len(codes), len(ids)) > 0
    secrets = [*codes, code.encode(), *hashes, *seeds, *(secret.hex().encode() for secret in (*hashes, *seeds))]
    secrets += [base64.b64encode(secret) for secret in (*hashes, *seeds)]
    for package_id in ids:
        file = file_of(distribution, package_id)
        plain = unpacked(file)
        assert [secret for secret in secrets if secret in plain] == []


def unpacked(file: Path) -> bytes:
    with file.open("rb") as packed:
        return bytes(ZstdFile(packed, "rb").read())


def test_every_change_is_audited(headquarters: Channel) -> None:
    """Who, when, from what to what."""
    with changes_by(Author("anna", "web")):
        change_prices(headquarters, "1001", price="60")
    with headquarters.reading() as connection:
        log = change_log.c
        row = connection.execute(select(change_log).where(log.row_key == "1001").order_by(log.version.desc())).first()
    assert row is not None
    assert (row.author, row.origin, row.table_name, row.action) == ("anna", "web", "item", "update")
    assert msgspec.json.decode(row.before) == {"unit_price": "54.9000"}
    assert msgspec.json.decode(row.after) == {"unit_price": "60"}


def test_late_commit_is_not_passed_over(distribution: Distribution, headquarters: Channel, register: Engine) -> None:
    """A writer that is slow to commit is not overtaken: whoever takes a later number waits, so a run never sees a
    number above one that may still come."""
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    slow_has_its_number, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with headquarters.writing() as connection:
            put_rows(connection, item, [{"item_number": "1001", "unit_price": Decimal(7)}])
            slow_has_its_number.set()
            go_on.wait(20)

    def quick() -> None:
        change_prices(headquarters, "1002", price="8")

    writers = [threading.Thread(target=slow), threading.Thread(target=quick)]
    writers[0].start()
    assert slow_has_its_number.wait(20)
    writers[1].start()
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    go_on.set()
    for writer in writers:
        writer.join()
    distribution.run()
    bring_up_to_date(distribution, headquarters, register)
    agree(headquarters, register)


def test_two_runs_at_once(headquarters: Channel, tmp_path: Path, register: Engine) -> None:
    """Two processes that run the same job make each package once."""
    change_prices(headquarters, "1001")
    files = DirectoryFiles(tmp_path / "packages")
    both = [Distribution(headquarters, files) for _ in range(2)]
    threads = [threading.Thread(target=one.run) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bring_up_to_date(both[0], headquarters, register)
    agree(headquarters, register)
    assert both[0].run(author="anna").state == "no_data"


def test_key_rotation_and_revocation(distribution: Distribution, headquarters: Channel) -> None:
    """Lists are signed by the newest good key; a revoked one signs nothing that is trusted."""
    first = distribution.list_for(scope_of_store(STORE))[1]
    with headquarters.writing() as connection:
        made = rotate_key(connection, headquarters.environment)
        revoke_key(connection, headquarters.environment, first.key_id)
    distribution.run()
    assert distribution.list_for(scope_of_store(STORE))[1].key_id == made
    listed(distribution, headquarters)


def test_list_is_renewed(distribution: Distribution, headquarters: Channel, clock: TestClock) -> None:
    """A list is made anew long before it expires."""
    before = listed(distribution, headquarters)
    clock.advance(timedelta(days=5).total_seconds())
    assert listed(distribution, headquarters).expires_at > before.expires_at


def test_old_packages_go(distribution: Distribution, headquarters: Channel, clock: TestClock) -> None:
    """What was replaced stays for a day, for whoever is fetching it, and then goes with its file."""
    distribution.run()
    for price in (1, 2, 3):
        change_prices(headquarters, "1001", price=str(price))
        distribution.run()
    with headquarters.reading() as connection:
        retired = (
            connection.execute(select(package.c.package_id).where(package.c.retired_at.is_not(None))).scalars().all()
        )
    assert retired
    assert all(distribution.files.find(one) for one in retired)
    clock.advance(timedelta(days=2).total_seconds())
    change_prices(headquarters, "1001", price="4")
    distribution.run()
    assert not [one for one in retired if distribution.files.find(one)]


def test_failed_run_is_noted(distribution: Distribution, headquarters: Channel, tmp_path: Path) -> None:
    """A run that fails says so in the history, and leaves the list as it was."""
    (tmp_path / "packages").write_text("in the way")
    run = distribution.run(author="anna")
    assert run.state == "create_failed"
    with headquarters.reading() as connection:
        assert connection.execute(select(distribution_run.c.state)).scalars().all() == ["create_failed"]
        assert connection.execute(select(package)).all() == []
