"""Store server and headquarters killed while sales flow, over a network that loses answers."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from tests.server.device import Device

from kassa.environment import SystemClock
from kassa.errors import NotAllowed
from kassa.testing.headquarters import Headquarters, JoinedStoreServer
from kassa.testing.network import Network
from kassa.testing.server import StoreServer
from kassa.testing.shop import wait_until
from kassa.trust import ActivationCode, read_activation_code

SEEDS = (1001, 2001)
SALES_A_LIFE = 12
LOST_ANSWERS = 0.3


def through(network: Network, code: str) -> str:
    """A code whose address is the network's."""
    parts = read_activation_code(code)
    return ActivationCode(network.address, parts.fingerprint, parts.code).text


def open_till(office: Headquarters, client: httpx.Client, register_id: str) -> Device:
    """Activated by a code made in headquarters, as soon as the store server has it."""
    till = Device(client, SystemClock())
    code = read_activation_code(office.activation_code(register_id)).code

    def activated() -> bool:
        with suppress(NotAllowed):
            till.activate(code)
        return bool(till.device_id)

    wait_until(activated, "the store server has the code", 30)
    return till


def deliver(till: Device) -> None:
    """Deliver what waits; a store server that is dead or dies leaves it waiting."""
    with suppress(httpx.TransportError):
        till.deliver()


def lives(folder: Path, seed: int, kills: int) -> None:
    """Headquarters and store server die and come back, each at a random moment, while two registers sell."""
    print(f"seed {seed}: {kills} kills, {LOST_ANSWERS:.0%} of headquarters' answers lost")
    chance = random.Random(seed)
    with Headquarters(folder / "headquarters") as office, Network(office.address) as network:
        code = through(network, office.channel_code())
        with JoinedStoreServer(folder / "branch", code) as branch, httpx.Client(base_url=branch.address) as client:
            tills = [open_till(office, client, register_id) for register_id in ("R1", "R2")]
            for number in range(kills):
                victim = (office, branch)[number] if number < 2 else chance.choice((office, branch))
                killing = threading.Timer(chance.uniform(0, 0.4), victim.kill)
                killing.start()
                for _ in range(SALES_A_LIFE):
                    if chance.random() < LOST_ANSWERS:
                        network.drop_answer(once=True)
                    till = chance.choice(tills)
                    till.sell(str(chance.randint(1, 9)))
                    deliver(till)
                killing.join()
                victim.start()
            network.pass_through()
            for till in tills:
                till.sell()
                till.deliver()
            everything = sum(len(till.chain) for till in tills)
            wait_until(lambda: len(office.entries()) == everything, "everything is at headquarters", 60)
            agree(office, branch, tills)


def agree(office: StoreServer, branch: StoreServer, tills: list[Device]) -> None:
    """Every sale once at headquarters, posted, in the bytes of its register; and the sums are the store server's."""
    made = {(entry.entry_id, entry.data) for till in tills for entry in till.chain}
    stored = office.query("SELECT entry_id, data, posting FROM journal_entry")
    assert {(row["entry_id"], bytes(row["data"])) for row in stored} == made
    assert len(stored) == len(made)
    wait_until(lambda: len(office.sales()) == len(made), "everything is posted")
    assert not office.query("SELECT * FROM parked_entry")
    assert not office.query("SELECT * FROM journal_conflict")
    there, here = office.sales(), branch.sales()
    assert sorted(sale.transaction_id for sale in there) == sorted(sale.transaction_id for sale in here)
    assert sum((sale.total for sale in there), Decimal(0)) == sum((sale.total for sale in here), Decimal(0))


def test_killed_while_sales_flow(tmp_path: Path) -> None:
    """Each killed once: every sale is at headquarters once, whole, posted once."""
    lives(tmp_path, SEEDS[0], 2)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_thirty_times(tmp_path: Path) -> None:
    """The same, thirty times."""
    lives(tmp_path, SEEDS[1], 30)


def test_a_register_never_waits_for_headquarters(tmp_path: Path) -> None:
    """Headquarters hangs: the store server takes deliveries in all the same, and they go up when it answers."""
    with Headquarters(tmp_path / "headquarters") as office, Network(office.address) as network:
        code = through(network, office.channel_code())
        with JoinedStoreServer(tmp_path / "branch", code) as branch, httpx.Client(base_url=branch.address) as client:
            till = open_till(office, client, "R1")
            network.freeze()
            for _ in range(20):
                till.sell()
                assert till.deliver().sequence == len(till.chain)
            network.pass_through()
            wait_until(lambda: len(office.sales()) == 20, "everything is at headquarters", 30)
