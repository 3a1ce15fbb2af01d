"""A register whose offline database is on a PostgreSQL server, which may go away too."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from tests.postgresql import PostgreSQLServer

from kassa.errors import OfflineDatabaseUnavailable
from kassa.offline_database.location import keep_password, read_location
from kassa.register import Register
from kassa.register.installation import Installation
from kassa.testing.shop import Shop, wait_until


def install_on(folder: Path, url: str) -> None:
    """The register in ``folder`` has its offline database there."""
    location = read_location(url)
    assert not isinstance(location, str)
    installation = Installation.load(folder)
    msgspec.structs.replace(installation, database=keep_password(folder, location)).keep(folder)


@pytest.fixture
def own_server() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL that this test may stop."""
    server = PostgreSQLServer()
    yield server
    server.close()


def on_postgresql(shop: Shop, url: str) -> Register:
    folder = shop.activate()
    install_on(folder, url)
    register = shop.open_register(folder)
    shop.log_on(register)
    return shop.with_data(register)


def test_sale_in_progress_is_finished_without_its_database(shop: Shop, own_server: PostgreSQLServer) -> None:
    """First the store server goes, then PostgreSQL under the register, in the middle of a sale: the sale is paid, and
    when PostgreSQL is back the register sells on by itself."""
    register = on_postgresql(shop, own_server.create_database())
    assert register.offline_database.kind == "postgresql"
    shop.network.refuse()
    register.run(100, code=shop.barcode("1001"))
    assert not register.connection.state().online
    own_server.stop()
    with pytest.raises(OfflineDatabaseUnavailable) as told:
        register.run(100, code=shop.barcode("1002"))
    assert told.value.hint is not None
    register.run(200)
    assert register.waiting().count == 1
    assert not register.readiness().ready
    own_server.start()

    def sells_again() -> bool:
        try:
            register.run(100, code=shop.barcode("1002"))
        except OfflineDatabaseUnavailable:
            return False
        return True

    wait_until(sells_again, "the offline database answers again")
    register.run(200)
    assert register.waiting().count == 2
    assert register.readiness().ready


def test_deltas_arrive(shop: Shop, postgresql_server: PostgreSQLServer) -> None:
    """After its snapshot, in a schema of its own, the register takes what has changed; a second snapshot is not
    needed."""
    register = on_postgresql(shop, postgresql_server.create_database())
    wait_until(lambda: register.sync_status().checked_at is not None, "the first round is over")
    copy = register.offline_database.active
    change_price(shop, "1001", "59.90")
    shop.server.distribute()
    before = register.sync_status().checked_at
    register.synchronise_now()
    wait_until(lambda: register.sync_status().checked_at != before, "another round is over")
    shop.network.refuse()
    register.run(100, code=shop.barcode("1001"))
    assert register.transaction is not None
    assert str(register.transaction.lines[0].item.unit_price) == "59.9000"
    assert register.offline_database.active == copy
    assert list(register.offline_database.copies()) == [copy]


def change_price(shop: Shop, number: str, price: str) -> None:
    from kassa_server.setup_store import NewItem, put_items

    channel = shop.server.channel()
    with channel.writing() as connection:
        put_items(connection, [NewItem(number, "Coffee", Decimal(price), "25", (shop.barcode(number),))])
    channel.close()
