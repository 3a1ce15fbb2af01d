"""Sessions from end to end: what headquarters sees of a register's packages, rerun and cancel; and a poll that finds
nothing new."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import update
from tests.plugins.sync.test_sync import add_customer, change_item, damage, prices

import kassa_sync
from kassa.errors import DiskFull
from kassa.packages.errors import PackageDamaged
from kassa.packages.listing import PackageEntry
from kassa.register import Register
from kassa.register.status import read_status
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import REGISTER
from kassa_sync.tries import TRIES, Failures

ONE_POLL = 1700
"""Bytes of one request with its signatures."""


def sessions(shop: Shop) -> dict[str, tuple[str, int]]:
    """State and tries of each current session."""
    rows = shop.server.query("SELECT * FROM download_session WHERE current")
    return {row["table_group"]: (row["state"], row["tries"]) for row in rows}


def told(shop: Shop, table_group: str, state: str) -> None:
    wait_until(lambda: sessions(shop).get(table_group, ("", 0))[0] == state, f"{table_group} is {state}")


def round_over(register: Register) -> None:
    before = register.sync_status().download
    register.synchronise_now()
    wait_until(lambda: register.sync_status().download is not before, "a round is over")
    wait_until(lambda: register.sync_status().running is None, "it has ended")


def book_of(register: Register) -> Failures:
    """The failures as the running plugin has them."""
    return kassa_sync._running[id(register)]._failures


def order(shop: Shop, action: str, table_group: str) -> None:
    from kassa_server.headquarters import session_orders

    channel = shop.server.channel()
    with channel.writing() as connection:
        getattr(session_orders, action)(connection, channel.environment, REGISTER, table_group, author="Eva")
    channel.close()


def newest_file(shop: Shop, kind: str, table_group: str) -> Path:
    (row,) = shop.server.query(
        "SELECT package_id FROM package WHERE kind = :kind AND table_group = :table_group AND retired_at IS NULL"
        " ORDER BY to_version DESC LIMIT 1",
        kind=kind,
        table_group=table_group,
    )
    file: Path = shop.server.folder / "packages" / f"{row['package_id']}.zst"
    return file


def test_a_whole_database_is_downloaded_then_applied(shop: Shop, register: Register) -> None:
    """A new register tells headquarters when its database is on its disk, before it unpacks it; and what it came to."""
    told(shop, "products", "applied")
    rows = shop.server.query("SELECT * FROM download_session WHERE table_group = '*'")
    assert [(row["state"], bool(row["current"])) for row in rows] == [("downloaded", False)]


def test_register_at_rest_asks_one_small_question(shop: Shop, register: Register) -> None:
    """While nothing has changed a round is one request, which is answered without looking anything up; and the round
    counts as a check."""
    told(shop, "products", "applied")
    round_over(register)
    checked, before = register.sync_status().checked_at, shop.network.from_register
    round_over(register)
    assert shop.network.from_register - before < ONE_POLL
    assert checked is not None
    after = register.sync_status().checked_at
    assert after is not None
    assert after > checked
    change_item(shop, "1001", "59.90")
    round_over(register)
    assert shop.network.from_register - before > 3 * ONE_POLL


def test_dead_letter_is_rerun(shop: Shop, register: Register) -> None:
    """A package that failed for good is seen at headquarters with its reason; once its file is right, a rerun from
    there brings it in."""
    told(shop, "products", "applied")
    change_item(shop, "1001", "59.90")
    shop.server.distribute()
    file = newest_file(shop, "delta", "products")
    right = file.read_bytes()
    damage(shop, "delta", "products")
    round_over(register)
    told(shop, "products", "download_failed")
    failures = book_of(register)
    (name, failed), *_none = list(failures)
    entry = PackageEntry(failed.package_id, "delta", "batches", name, 0, 1, 1, 1, "")
    for _ in range(TRIES - 1):
        failures.note(name, entry, PackageDamaged(failed.error), failed.state)
    round_over(register)
    wait_until(lambda: sessions(shop)["products"][1] == TRIES, "headquarters knows the tries")
    assert str(prices(register)["1001"]) != "59.9000"
    (said,) = [value for label, value in read_status(register.directory) if label == "Stopped: products"]
    assert failed.package_id in said
    assert "3 tries, not tried any more" in said
    file.write_bytes(right)
    order(shop, "rerun", "products")
    round_over(register)
    told(shop, "products", "applied")
    assert str(prices(register)["1001"]) == "59.9000"
    (row,) = shop.server.query("SELECT * FROM session_order")
    wait_until(lambda: shop.server.query("SELECT 1 FROM session_order WHERE taken_at IS NULL") == [], "it was taken")
    assert row["action"] == "rerun"


def test_canceled_package_is_left_alone_until_the_next(shop: Shop, register: Register) -> None:
    """A canceled package is not tried any more; the next one for its table group is, and puts it right."""
    told(shop, "products", "applied")
    change_item(shop, "1001", "59.90")
    shop.server.distribute()
    file = newest_file(shop, "delta", "products")
    damage(shop, "delta", "products")
    round_over(register)
    told(shop, "products", "download_failed")
    order(shop, "cancel", "products")
    round_over(register)
    told(shop, "products", "canceled")
    fetched: list[object] = []
    register.downloads.on_response = fetched.append
    round_over(register)
    assert fetched == []
    file.unlink()
    change_item(shop, "1002", "61.00")
    shop.server.distribute()
    round_over(register)
    told(shop, "products", "applied")
    assert str(prices(register)["1002"]) == "61.0000"


def test_applied_table_group_is_loaded_anew(shop: Shop, register: Register) -> None:
    """A rerun of what is applied replaces the table group's rows by headquarters' own, whatever had become of them."""
    from kassa.schema.master import item

    told(shop, "products", "applied")
    with register.offline_database.writing() as connection:
        connection.execute(update(item).values(description="nonsense"))
    order(shop, "rerun", "products")
    round_over(register)
    with register.offline_database.reading() as connection:
        found = {row.description for row in connection.execute(item.select())}
    assert "nonsense" not in found
    assert len(found) > 1


def test_missing_delta_is_gone_round(shop: Shop, register: Register) -> None:
    """A delta whose file is gone stops nothing for long: where a snapshot leads on it is taken, at once."""
    told(shop, "customers", "applied")
    change_item(shop, "1001", "59.90")
    add_customer(shop)
    shop.server.distribute()
    newest_file(shop, "delta", "products").unlink()
    channel = shop.server.channel()
    from kassa_server.schema import package

    with channel.writing() as connection:  # the snapshot of the table group is made anew with the next distribution
        of_products = (package.c.table_group == "products") & (package.c.kind == "snapshot")
        connection.execute(update(package).where(of_products).values(retired_at=channel.environment.clock.utc()))
    channel.close()
    shop.server.distribute()
    round_over(register)
    told(shop, "products", "applied")
    assert str(prices(register)["1001"]) == "59.9000"


def test_data_from_the_future_waits_for_the_update(shop: Shop, register: Register) -> None:
    """Packages for a newer Kassa are not even fetched; the register says why, sells on, and headquarters sees it."""
    told(shop, "products", "applied")
    before = prices(register)
    change_item(shop, "1001", "59.90")
    shop.server.distribute()
    _sign_for_schema(shop, 99)
    fetched: list[object] = []
    register.downloads.on_response = fetched.append
    for _time in range(TRIES + 1):
        round_over(register)
    assert fetched == []
    assert prices(register) == before
    failed = Failures(register).of("products")
    assert failed is not None
    assert failed.code == "package_from_the_future"
    assert any(one.error for one in register.sync_status().groups if one.table_group == "products")
    told(shop, "products", "available")
    (row,) = shop.server.query("SELECT error FROM download_session WHERE current AND table_group = 'products'")
    assert "newer version" in row["error"]
    _sign_for_schema(shop, 1)
    book_of(register).clear("products")  # as the updated Kassa does, whose schema is another
    round_over(register)
    assert str(prices(register)["1001"]) == "59.9000"


def _sign_for_schema(shop: Shop, revision: int) -> None:
    """Headquarters signs its list anew, for a schema revision."""
    from kassa.packages.listing import PackageList, Signed
    from kassa_server.headquarters.keys import signing_key
    from kassa_server.schema import package_list

    channel = shop.server.channel()
    of_store = (package_list.c.audience == "offline") & (package_list.c.scope == "S1")
    with channel.writing() as connection:
        row = connection.execute(package_list.select().where(of_store)).one()
        listed = msgspec.json.decode(msgspec.json.decode(row.signed, type=Signed).body, type=PackageList)
        changed = msgspec.structs.replace(listed, number=row.number + 1, schema_revision=revision)
        signed = signing_key(connection, channel.environment).sign("package-list", changed)
        values = {"number": changed.number, "signed": msgspec.json.encode(signed).decode()}
        connection.execute(update(package_list).where(of_store).values(values))
    channel.close()


def test_full_disk_is_nobodys_fault(register: Register) -> None:
    """A package that found the disk full is no dead letter, however often: there will be room again."""
    failures = Failures(register)
    entry = PackageEntry("0" * 32, "delta", "batches", "products", 0, 1, 1, 1, "")
    for _time in range(3 * TRIES):
        failures.note("products", entry, DiskFull(where="here"), "apply_failed")
    known = Failures(register).of("products")
    assert known is not None
    assert known.tries == 3 * TRIES
    assert not known.dead


def test_clock_that_was_set_back_holds_up_nothing(register: Register) -> None:
    """A try that was noted for a time which, by the clock as it is now, lies days ahead is made at once."""
    failures = Failures(register)
    entry = PackageEntry("0" * 32, "delta", "batches", "products", 0, 1, 1, 1, "")
    failures.note("products", entry, DiskFull(where="here"), "apply_failed")
    assert failures.waits("products", entry.package_id)
    known = failures.of("products")
    assert known is not None
    assert known.next_try is not None
    later = msgspec.structs.replace(known, next_try=known.next_try + timedelta(days=2))
    failures._book.latest["products"] = later
    assert not failures.waits("products", entry.package_id)
