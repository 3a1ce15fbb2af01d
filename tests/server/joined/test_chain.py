"""A chain as it stands: headquarters, two store servers and a register, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from kassa.errors import NotAllowed
from kassa.packages.listing import SyncReport
from kassa.register import activate
from kassa.testing.headquarters import Headquarters, JoinedStoreServer
from kassa.testing.server import StoreServer
from kassa.testing.shop import wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, SMALL_STORE
from kassa.testing.till import Till
from kassa.trust import read_activation_code
from kassa_server.store_file import prepare

PATIENCE_S = 60.0
SECOND_STORE: dict[str, Any] = {
    **SMALL_STORE,
    "store": {**SMALL_STORE["store"], "store_id": "S2", "name": "Kassa Test 2"},
    "registers": [{**SMALL_STORE["registers"][0], "register_id": "R9"}],
    "profile": {"request_timeout_s": 5, "reconnect_interval_min": 0.02, "sync_interval_s": 1},
}
PRICES = "item_number,description,unit_price,tax_code\n1001,Kaffe mellanrost 450 g,{price},12\n"


def command(office: StoreServer, *words: str) -> None:
    """``kassa …`` on headquarters' machine."""
    place = ["--data-directory", str(office.folder), "--database", office.database]
    subprocess.run([sys.executable, "-m", "kassa.cli", *words, *place], check=True, capture_output=True)


def change_price(office: StoreServer, price: str) -> None:
    """A new price from a catalogue file, and the job that sends it."""
    file = office.folder / "prices.csv"
    file.write_text(PRICES.format(price=price))
    command(office, "import", str(file))
    command(office, "headquarters", "run-job", "1040")


def activated(office: Headquarters, branch: StoreServer, folder: Path, register_id: str) -> Till:
    """A register that was activated with a code made in headquarters, with the cashier at it."""
    wait_until(lambda: address_of(office, branch) != "", "headquarters knows where the store server is", PATIENCE_S)
    code = office.activation_code(register_id)
    assert read_activation_code(code).address == branch.address

    def active() -> bool:
        with suppress(NotAllowed):
            return bool(activate(folder, code))
        return False

    wait_until(active, "the store server has the code", PATIENCE_S)
    till = Till(folder)
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    wait_until(lambda: bool(till.facts()["ready"]), "the register has its data", PATIENCE_S)
    return till


def address_of(office: StoreServer, branch: StoreServer) -> str:
    found = office.query("SELECT address FROM store_server WHERE address = :address", address=branch.address)
    return found[0]["address"] if found else ""


def sell(till: Till) -> None:
    """Coffee for cash."""
    till.run(100, code="1001")
    till.run(200)


def totals(server: StoreServer) -> list[str]:
    """What the register's sales amounted to, in its order."""
    return [str(sale.total) for sale in server.sales() if sale.register_id == "R9"]


def arrive(server: StoreServer, expected: list[str]) -> None:
    """Each sale once, in order."""
    wait_until(lambda: len(totals(server)) >= len(expected), f"{len(expected)} sales are in", PATIENCE_S)
    assert totals(server) == expected


def price_at(server: StoreServer) -> int:
    """Of coffee, with four decimals as a whole number."""
    found: int = server.query("SELECT unit_price FROM item WHERE item_number = '1001'")[0]["unit_price"]
    return found


def registers_at(server: StoreServer) -> list[str]:
    return [row["register_id"] for row in server.query("SELECT register_id FROM register ORDER BY register_id")]


def has_newest_products(office: StoreServer, register_id: str) -> bool:
    """Whether a register has told, through its store server, that it has the products as they were made last."""
    newest = "SELECT MAX(to_version) AS version FROM package WHERE table_group = 'products' AND retired_at IS NULL"
    told = office.query("SELECT report FROM register_report WHERE register_id = :register", register=register_id)
    groups = msgspec.json.decode(told[0]["report"], type=SyncReport).groups if told else ()
    versions = [group.version for group in groups if group.table_group == "products"]
    return versions == [office.query(newest)[0]["version"]]


def test_a_chain(tmp_path: Path, empty_postgresql: Callable[[], str]) -> None:
    """A price changed in headquarters goes through its job and the store server to the register, which sells at it;
    what it sells offline goes up through the store server, each sale once; and while headquarters is dead the store
    sells on. Each store server has its own store's registers and no other's."""
    with Headquarters(tmp_path / "headquarters") as office:
        prepare(office.database, SECOND_STORE)
        first_code, second_code = office.channel_code("S1", "First"), office.channel_code("S2", "Second")
        with (
            JoinedStoreServer(tmp_path / "first", first_code) as first,
            JoinedStoreServer(tmp_path / "second", second_code, database=empty_postgresql()) as branch,
        ):
            till = activated(office, branch, tmp_path / "R9", "R9")
            sell(till)
            change_price(office, "59.90")
            wait_until(lambda: price_at(branch) == 599000, "the store server has the price", PATIENCE_S)
            sell(till)
            arrive(branch, ["54.90", "59.90"])
            wait_until(lambda: has_newest_products(office, "R9"), "headquarters sees the price in the register", 60)

            branch.kill()
            sell(till)
            assert till.facts()["state"] != "online"
            branch.start()
            expected = ["54.90", "59.90", "59.90"]
            arrive(office, expected)

            office.kill()
            sell(till)
            arrive(branch, [*expected, "59.90"])
            office.start()
            arrive(office, [*expected, "59.90"])
            till.close()
            assert registers_at(first) == ["R1", "R2"]
            assert registers_at(branch) == ["R9"]
