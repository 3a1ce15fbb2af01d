"""Many registers that deliver at one moment, as a whole chain does after a long outage, to a real store server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.server.device import Device, open_answer

from kassa.compressed import ENCODING, compressed
from kassa.environment import SystemClock
from kassa.protocol import JournalAcknowledgement
from kassa.requests.catalogue import FindItem
from kassa.testing.server import StoreServer
from kassa.testing.store import SMALL_STORE
from kassa.trust import read_activation_code

REGISTERS, BATCHES, SALES = 26, 1, 12
PATH = "/v1/journal"
PATIENCE_S = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StoreServer]:
    """A store server in a process of its own, with many registers."""
    one: dict[str, Any] = SMALL_STORE["registers"][0]
    registers = [{**one, "register_id": f"P{number}"} for number in range(REGISTERS)]
    store = {**SMALL_STORE, "registers": [*SMALL_STORE["registers"], *registers]}
    with StoreServer(tmp_path / "server", store=store) as running:
        yield running


@pytest.fixture
def client(server: StoreServer) -> Iterator[httpx.Client]:
    """The way to it, with a connection for everybody."""
    limits = httpx.Limits(max_connections=2 * REGISTERS)
    with httpx.Client(base_url=server.address, timeout=PATIENCE_S, limits=limits) as made:
        yield made


def activated(server: StoreServer, client: httpx.Client, register_id: str) -> Device:
    """A device that has become a register."""
    device = Device(client, SystemClock())
    device.activate(read_activation_code(server.activation_code(register_id)).code)
    return device


class Drain:
    """A register with a backlog."""

    def __init__(self, device: Device) -> None:
        self.device = device
        for _sale in range(BATCHES * SALES):
            self.device.sell()
        self.sent_away: list[int] = []

    def deliver(self, start: threading.Barrier) -> None:
        """Deliver batch after batch; one that was sent away is sent again at once, which is worse than what a register
        does."""
        start.wait()
        while self.device.acknowledged < len(self.device.chain):
            first = self.device.acknowledged
            batch = self.device.batch(self.device.chain[first : first + SALES])
            response = self.device.post(PATH, compressed(msgspec.json.encode(batch)), Content_Encoding=ENCODING)
            if response.status_code == 503:
                self.sent_away.append(int(response.headers["Retry-After"]))
                continue
            self.device.acknowledged = open_answer(response, JournalAcknowledgement).sequence


def test_a_stampede_is_sent_away_in_part_and_all_of_it_gets_in(server: StoreServer, client: httpx.Client) -> None:
    """The store server takes a few deliveries at a time and tells the others when to come again. Meanwhile it answers
    every till; in the end each sale is in once."""
    drains = [Drain(activated(server, client, f"P{number}")) for number in range(REGISTERS)]
    till = activated(server, client, "R1")
    start = threading.Barrier(REGISTERS + 1)
    answered = 0
    with ThreadPoolExecutor(REGISTERS) as pool:
        running = [pool.submit(drain.deliver, start) for drain in drains]
        start.wait()
        while not all(one.done() for one in running):
            assert till.ask(FindItem("1001")).number == "1001"
            answered += 1
        for one in running:
            one.result()
    sent_away = [seconds for drain in drains for seconds in drain.sent_away]
    assert sent_away, "more came at once than the line holds"
    assert all(1 <= seconds <= 9 for seconds in sent_away)
    assert answered > 3
    assert len(server.sales()) == REGISTERS * BATCHES * SALES
    assert server.query("SELECT * FROM journal_conflict") == []
