"""Bad packages, from a real store server to a real register: each a clear, named state, and the register sells on with
the data that it has."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.register import forging
from tests.register.forging import newest, replace_file, rewritten, round_over, set_price, stopped

from kassa.packages.compression import ZstdFile
from kassa.packages.listing import PackageEntry
from kassa.packages.manifest import Manifest
from kassa.packages.writing import make_batches
from kassa.register import Register
from kassa.register.status import read_status
from kassa.schema.master import item
from kassa.testing.shop import Shop, wait_until

AT_WILL = {"request_timeout_s": 5, "sync_interval_s": 600}
"""Rounds come when the test wants them."""
Spoil = Callable[[Shop, PackageEntry], None]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One shop for all of these: whatever was wrong is put right by the next good package."""
    with Shop(tmp_path_factory.mktemp("packages"), profile=AT_WILL) as made:
        yield made


@pytest.fixture(scope="module")
def register(shop: Shop) -> Register:
    """A register that has its data."""
    opened = shop.open_register()
    shop.log_on(opened)
    return shop.with_data(opened)


def prices(register: Register) -> dict[str, Decimal]:
    with register.offline_database.reading() as connection:
        return {row.item_number: row.unit_price for row in connection.execute(select(item))}


def sells(register: Register) -> None:
    """It sells, and gives the next receipt number."""
    before = register.journal.series.receipts
    register.run(100, code="1002")
    register.run(200)
    assert register.journal.series.receipts == before + 1


def sells_alone(shop: Shop, register: Register) -> None:
    """It sells without the store server, from the data that it has."""
    shop.network.refuse()
    sells(register)
    assert not register.connection.state().online
    shop.network.pass_through()
    register.run(917, action="connect")
    assert register.connection.state().online


def said(register: Register) -> str:
    """What the connection status window and ``kassa status`` say of it, in both languages."""
    window = register.run(917).window
    assert window is not None
    rows = [row.value.words(language) for row in window.rows for language in ("en", "sv")]
    return "\n".join([*rows, *(f"{label}: {value}" for label, value in read_status(register.directory))])


def put_right(shop: Shop, register: Register, price: str) -> None:
    """Headquarters makes the next package, and all is well."""
    set_price(shop, "1001", price)
    round_over(register)
    assert prices(register)["1001"] == Decimal(price)
    assert not any(one.error for one in register.sync_status().groups)


def flipped(shop: Shop, entry: PackageEntry) -> None:
    """A bit on the server's disk."""
    data = bytearray(forging.file_of(shop, entry).read_bytes())
    data[len(data) // 2] ^= 8
    forging.file_of(shop, entry).write_bytes(data)


def truncated(shop: Shop, entry: PackageEntry) -> None:
    """Half of the file."""
    file = forging.file_of(shop, entry)
    file.write_bytes(file.read_bytes()[: entry.size // 2])


def emptied(shop: Shop, entry: PackageEntry) -> None:
    """Nothing of the file."""
    forging.file_of(shop, entry).write_bytes(b"")


def prolonged(shop: Shop, entry: PackageEntry) -> None:
    """More than the file."""
    file = forging.file_of(shop, entry)
    file.write_bytes(file.read_bytes() * 3)


def replayed(shop: Shop, entry: PackageEntry) -> None:
    """The file of an older package, under this one's name."""
    older = [one for one in forging.listed(forging.current_list(shop)).packages if one.package_id != entry.package_id]
    file = next(forging.file_of(shop, one) for one in older if one.table_group == "products")
    forging.file_of(shop, entry).write_bytes(file.read_bytes())


def signed_replay(shop: Shop, entry: PackageEntry) -> None:
    """The same, signed for."""
    older = [one for one in forging.listed(forging.current_list(shop)).packages if one.package_id != entry.package_id]
    file = next(forging.file_of(shop, one) for one in older if one.table_group == "products")
    replace_file(shop, entry, file.read_bytes())


def endless_line(shop: Shop, entry: PackageEntry) -> None:
    """Two gigabytes in one line."""
    head = forging.manifest_line(forging.file_of(shop, entry).read_bytes())
    replace_file(shop, entry, forging.packed([head, *[b"0" * 1_000_000] * 2000]))


def endless_lines(shop: Shop, entry: PackageEntry) -> None:
    """Two gigabytes in lines each of which is short enough, and says one thing."""
    batches = list(make_batches("item", "update", ("item_number", "unit_price"), [("1001", 1)])) * 200
    data = rewritten(shop, entry, batches)
    lines = bytes(ZstdFile(io.BytesIO(data), "rb").read()).splitlines()
    replace_file(
        shop, entry, forging.packed([lines[0] + b"\n", *(line.ljust(10_000_000) + b"\n" for line in lines[1:])])
    )


def empty_batch(shop: Shop, entry: PackageEntry) -> None:
    """A batch without rows."""
    (nothing,) = make_batches("item", "delete", ("item_number",), [("1001",)])
    empty = msgspec.structs.replace(nothing, values=((),), checksum=zlib.crc32(b"[[]]"))
    replace_file(shop, entry, rewritten(shop, entry, [empty]))


def breaks_a_constraint(shop: Shop, entry: PackageEntry) -> None:
    """A good row, and one that lacks what must be there."""
    good = list(make_batches("item", "update", ("item_number", "unit_price"), [("1001", 10)]))
    bad = list(make_batches("item", "upsert", ("item_number", "unit_price"), [("00008", 80)]))
    replace_file(shop, entry, rewritten(shop, entry, good + bad))


def unknown_column(shop: Shop, entry: PackageEntry) -> None:
    """A column that no register has."""

    def coloured(manifest: Manifest) -> Manifest:
        columns = msgspec.json.decode(b'[["colour","text",true]]', type=type(manifest.tables[0].columns))
        tables = tuple(
            msgspec.structs.replace(one, columns=(*one.columns, *columns)) if one.name == "item" else one
            for one in manifest.tables
        )
        return msgspec.structs.replace(manifest, tables=tables)

    replace_file(shop, entry, rewritten(shop, entry, change=coloured))


def other_store(shop: Shop, entry: PackageEntry) -> None:
    """Another store's rows."""
    change = lambda manifest: msgspec.structs.replace(manifest, scope="S2")  # noqa: E731
    replace_file(shop, entry, rewritten(shop, entry, change=change))


def from_the_future(shop: Shop, entry: PackageEntry) -> None:
    """A schema that is to come."""
    change = lambda manifest: msgspec.structs.replace(manifest, schema_revision=99)  # noqa: E731
    replace_file(shop, entry, rewritten(shop, entry, change=change))


SPOILS: list[tuple[Spoil, str, str, str]] = [
    (flipped, "download_failed", "package_damaged", "not the one that headquarters signed"),
    (truncated, "download_failed", "package_damaged", "not the one that headquarters signed"),
    (emptied, "download_failed", "package_damaged", "not the one that headquarters signed"),
    (prolonged, "download_failed", "package_damaged", "not the one that headquarters signed"),
    (replayed, "download_failed", "package_damaged", "not the one that headquarters signed"),
    (signed_replay, "apply_failed", "package_damaged", "not the one that headquarters signed"),
    (endless_line, "apply_failed", "package_damaged", "damaged and was not used"),
    (endless_lines, "apply_failed", "package_damaged", "damaged and was not used"),
    (empty_batch, "apply_failed", "package_damaged", "damaged and was not used"),
    (breaks_a_constraint, "apply_failed", "package_refused", "a row that the database does not take"),
    (unknown_column, "apply_failed", "package_refused", "an unknown table or column"),
    (other_store, "apply_failed", "package_refused", "is for another store"),
    (from_the_future, "available", "package_from_the_future", "a newer version of Kassa"),
]


@pytest.mark.parametrize(("spoil", "state", "code", "words"), SPOILS, ids=[one[0].__name__ for one in SPOILS])
def test_bad_package(shop: Shop, register: Register, spoil: Spoil, state: str, code: str, words: str) -> None:
    """It stops its own table group and no other, within seconds; the connection status window, ``kassa status`` and
    headquarters name it; nothing of it is in the data; the register sells on, online and alone; the next one puts it
    right."""
    set_price(shop, "1001", "59.90")
    round_over(register)
    before = prices(register)
    set_price(shop, "1001", "61.00")
    spoil(shop, newest(shop))
    began = time.monotonic()
    round_over(register)
    assert time.monotonic() - began < 20
    failed = stopped(register)
    assert (failed.state, failed.code, failed.package_id) == (state, code, newest(shop).package_id)
    assert [one.table_group for one in register.sync_status().groups if one.error] == ["products"]
    told = said(register)
    assert words in told
    assert failed.error.words("sv") != failed.error.words("en")
    assert failed.error.words("sv") in told
    assert "Stopped: products" in told
    wait_until(lambda: forging.session_of(shop)["state"] == state, "headquarters knows it")
    assert words in forging.session_of(shop)["error"]
    assert prices(register) == before
    sells_alone(shop, register)
    put_right(shop, register, "63.00")
    wait_until(lambda: forging.session_of(shop)["state"] == "applied", "headquarters knows that too")


def flip_and_look(shop: Shop, register: Register, where: float, bit: int) -> None:
    """One bit of the newest package is flipped: found out, and after it was put back the same package is taken."""
    file = forging.file_of(shop, newest(shop))
    right = file.read_bytes()
    wrong = bytearray(right)
    wrong[int(where * len(wrong))] ^= 1 << bit
    before = prices(register)
    file.write_bytes(wrong)
    round_over(register)
    failed = stopped(register)
    assert (failed.state, failed.code) == ("download_failed", "package_damaged")
    assert prices(register) == before
    file.write_bytes(right)
    forging.due_now(register)


ANYWHERE = {"where": st.floats(0, 1, exclude_max=True), "bit": st.integers(0, 7)}


def flip_anywhere(shop: Shop, register: Register, examples: int) -> None:
    set_price(shop, "1003", "70.00")
    round_over(register)
    set_price(shop, "1003", "71.00")

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(**ANYWHERE)
    def check(where: float, bit: int) -> None:
        flip_and_look(shop, register, where, bit)

    check()
    round_over(register)
    assert prices(register)["1003"] == Decimal(71)


def test_bit_flipped_anywhere(shop: Shop, register: Register) -> None:
    """Whichever bit of a package it is: the package is not used, and is taken once it is right."""
    flip_anywhere(shop, register, 12)


@pytest.mark.soak
def test_bit_flipped_anywhere_often(shop: Shop, register: Register) -> None:
    """The same, three hundred times."""
    flip_anywhere(shop, register, 300)


def test_packages_in_another_order(shop: Shop, register: Register) -> None:
    """However the list is turned round, packages are taken in order; one whose turn has not come is never taken."""
    set_price(shop, "1001", "64.00")
    set_price(shop, "1001", "65.00")
    set_price(shop, "1002", "66.00")
    forging.sign(shop, lambda known: msgspec.structs.replace(known, packages=tuple(reversed(known.packages))))
    round_over(register)
    assert (prices(register)["1001"], prices(register)["1002"]) == (Decimal(65), Decimal(66))
    at = max(one.to_version for one in forging.listed(forging.current_list(shop)).packages)
    set_price(shop, "1001", "67.00")
    set_price(shop, "1001", "68.00")
    late = [
        one for one in forging.listed(forging.current_list(shop)).packages
        if one.table_group == "products" and one.kind == "delta" and one.from_version > at
    ]  # fmt: skip
    forging.sign(
        shop,
        lambda known: msgspec.structs.replace(
            known, packages=tuple(one for one in known.packages if one in late or one.table_group != "products")
        ),
    )
    round_over(register)
    assert prices(register)["1001"] == Decimal(65)
    sells(register)
    put_right(shop, register, "69.00")


def test_bomb_is_bounded(shop: Shop, register: Register) -> None:
    """Two gigabytes in a few kilobytes cost the register at most forty megabytes, and a few seconds, and no sale
    waits."""
    set_price(shop, "1001", "60.00")
    round_over(register)
    set_price(shop, "1001", "61.00")
    entry = newest(shop)
    endless_lines(shop, entry)
    assert forging.file_of(shop, entry).stat().st_size < 300_000
    tracemalloc.start()
    began = time.monotonic()
    round_over(register)
    took, (_now, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stopped(register).code == "package_damaged"
    print(f"a bomb: {took:.1f} s, {peak / 1e6:.0f} MB")
    assert took < 20
    assert peak < 60e6
    put_right(shop, register, "63.00")


def with_many_items(shop: Shop, rows: int) -> None:
    """Headquarters' next package brings that many new items."""
    entry = newest(shop)
    with forging.file_of(shop, entry).open("rb") as file:
        manifest, _batches = forging.open_package(file)
    (columns,) = [table.columns for table in manifest.tables if table.name == "item"]
    empty = {"text": "", "integer": 0, "boolean": False}
    chance = random.Random(1040)

    def row(number: int) -> tuple[object, ...]:
        own = {"item_number": f"9{number:07}", "description": f"Item {chance.randrange(10**9)}", "tax_code": "25"}
        return tuple(own.get(one.name, None if one.nullable else empty[one.type]) for one in columns)

    batches = make_batches("item", "upsert", [one.name for one in columns], map(row, range(rows)))
    replace_file(shop, entry, rewritten(shop, entry, list(batches)))


def takes_it_while_selling(shop: Shop, register: Register, rows: int) -> None:
    set_price(shop, "1001", "60.00")
    round_over(register)
    set_price(shop, "1001", "61.00")
    with_many_items(shop, rows)
    done = threading.Event()
    slowest = 0.0

    def bring() -> None:
        try:
            before = register.sync_status().download
            register.synchronise_now()
            wait_until(lambda: register.sync_status().download is not before, "the delta is in", 600)
        finally:
            done.set()

    tracemalloc.start()
    began = time.monotonic()
    bringing = threading.Thread(target=bring)
    bringing.start()
    sales = 0
    while not done.is_set() or not sales:
        at = time.monotonic()
        sells(register)
        slowest, sales = max(slowest, time.monotonic() - at), sales + 1
    bringing.join()
    took, (_now, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"{rows} rows: {took:.1f} s, {peak / 1e6:.0f} MB; {sales} sales meanwhile, the slowest {slowest * 1000:.0f} ms"
    )
    assert len(prices(register)) > rows
    assert peak < 60e6
    assert slowest < 10


def test_large_delta(shop: Shop, register: Register) -> None:
    """A delta of twenty thousand rows: sales go on meanwhile, and its memory does not grow with it."""
    takes_it_while_selling(shop, register, 20_000)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_delta_of_a_million_rows(shop: Shop, register: Register) -> None:
    """The same with a million."""
    takes_it_while_selling(shop, register, 1_000_000)


def test_barcodes_that_change_places(shop: Shop, register: Register) -> None:
    """Two products exchange their barcodes in one package, and a third one's moves to a new product: offline each scan
    finds what headquarters says."""
    from kassa.schema.master import barcode
    from kassa_server.master_data import put_rows
    from kassa_server.setup_store import NewItem, put_items

    round_over(register)
    first, second, third = (shop.barcode(number) for number in ("1004", "1005", "1006"))
    channel = shop.server.channel()
    with channel.writing() as connection:
        put_items(connection, [NewItem("7001", "Nytt", Decimal(7), "25")])
        moved = ((first, "1005"), (second, "1004"), (third, "7001"))
        put_rows(connection, barcode, [{"barcode": code, "item_number": number} for code, number in moved])
    channel.close()
    shop.server.distribute()
    round_over(register)
    assert not any(one.error for one in register.sync_status().groups)
    shop.network.refuse()
    for code, number in moved:
        register.run(100, code=code)
        assert register.transaction is not None
        assert register.transaction.lines[-1].item.number == number
    register.run(200)
    shop.network.pass_through()
    register.run(917, action="connect")


def test_two_processes_on_one_register(shop: Shop, register: Register) -> None:
    """A second register's process on the folder of one that is being brought up to date is refused before it touches
    anything; several *sync now* at once are one synchronisation; the data is headquarters' in the end."""
    set_price(shop, "1001", "60.00")
    round_over(register)
    set_price(shop, "1001", "61.00")
    with_many_items(shop, 5_000)
    command = [sys.executable, "-m", "kassa.testing.till_process", str(register.directory)]
    kassa = [sys.executable, "-c", "from kassa.cli import main; main()"]
    asking = [*kassa, "sync", "now", "-d", str(register.directory)]
    others = [
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for words in (asking, command, asking)
    ]
    answers = [(other.communicate(timeout=120)[0], other.returncode) for other in others]
    told, code = answers[1]
    assert code != 0
    assert "JournalInUse" in told
    assert [code for _told, code in (answers[0], answers[2])] == [0, 0], answers
    wait_until(lambda: len(prices(register)) > 5_000, "the data is in", 60)
    wait_until(lambda: register.sync_status().running is None, "the round is over", 60)
    assert not any(one.error for one in register.sync_status().groups)
    assert len(list(register.directory.glob("offline-*.db"))) == 1
    sells(register)
