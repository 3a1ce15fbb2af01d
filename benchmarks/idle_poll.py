"""What registers at rest cost their store server: polls that find nothing new, by the server process's own CPU time.

The polls are a register's own: signed, with its head, over the connection that its gateway keeps from poll to poll. A
register polls each ``sync_interval_s`` (60 seconds by default): 1,000 are 16.7 polls a second, and 3 ms of CPU for each
would be 5 % of one core.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figures import Figure
from kassa.device import DeviceKey, DeviceSigner
from kassa.environment import Environment, new_id
from kassa.gateway.remote import RemoteGateway
from kassa.journal.entry import GENESIS
from kassa.model import OfflineProfile
from kassa.packages.listing import ListAnswer, ListRequest, SyncReport
from kassa.protocol import ActivationAnswer, ActivationRequest, Head
from kassa.testing.server import StoreServer
from kassa.testing.store import SMALL_STORE
from kassa.trust import client_context, fetch_ca, read_activation_code

TITLE = "Registers at rest"
REGISTERS = 50
ROUNDS = 20
MANY = 1000
INTERVAL_S = OfflineProfile().sync_interval_s
LIMIT = 5.0
PATH = "/v1/packages"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Poller:
    """A register that has everything. ``state``: the store server's word for that."""

    open_gateway: Callable[[], RemoteGateway]
    gateway: RemoteGateway
    state: str = ""

    def poll(self, report: SyncReport | None = None) -> None:
        """Ask whether there is something new."""
        self._ask(self.gateway, report)

    def poll_afresh(self) -> None:
        """The same on a connection of its own."""
        with closing(self.open_gateway()) as gateway:
            self._ask(gateway)

    def _ask(self, gateway: RemoteGateway, report: SyncReport | None = None) -> None:
        body = msgspec.json.encode(ListRequest(0, 1, report, self.state))
        answer = gateway.post(PATH, body, ListAnswer)
        assert not self.state or report is not None or answer.package_list is None, "nothing is new"
        self.state = answer.state


def measure(folder: Path) -> list[Figure]:
    """CPU of a poll at rest, by TLS and plain; on a fresh connection, and with something to tell, for comparison."""
    with _pollers(folder / "tls", tls=True) as (server, pollers):
        by_tls = _cpu_ms(server, pollers, Poller.poll)
        afresh = _cpu_ms(server, pollers, Poller.poll_afresh, rounds=4)
        told = _cpu_ms(server, pollers, lambda one: one.poll(SyncReport((), 1)), rounds=4)
    with _pollers(folder / "plain", tls=False) as (server, pollers):
        plain = _cpu_ms(server, pollers, Poller.poll)
    basis = f"{LIMIT:g} % of one core, a poll each {INTERVAL_S:g} s"
    return [
        Figure("CPU of the server for a poll, by TLS", by_tls, "ms"),
        Figure("CPU of the server for a poll, plain", plain, "ms"),
        Figure("the same by TLS, on a fresh connection", afresh, "ms"),
        Figure("the same by TLS, with a report", told, "ms"),
        Figure(f"{MANY:,} registers at rest, by TLS", _share(by_tls), "%", LIMIT, basis),
        Figure(f"{MANY:,} registers at rest, plain", _share(plain), "%", LIMIT, basis),
    ]


def _share(poll_ms: float) -> float:
    """Of one core, in percent."""
    return poll_ms / 1000 * MANY / INTERVAL_S * 100


@contextmanager
def _pollers(folder: Path, *, tls: bool) -> Iterator[tuple[StoreServer, list[Poller]]]:
    """A store server in a process of its own, and registers that have everything."""
    one: dict[str, Any] = SMALL_STORE["registers"][0]
    registers = [{**one, "register_id": f"P{number:03}"} for number in range(REGISTERS)]
    store = {**SMALL_STORE, "registers": [*SMALL_STORE["registers"], *registers]}
    with StoreServer(folder, store=store, tls=tls) as server, ExitStack() as stack:
        server.distribute()
        pollers = [_activated(server, f"P{number:03}", stack) for number in range(REGISTERS)]
        for _time in range(2):
            for poller in pollers:
                poller.poll()
        yield server, pollers


def _cpu_ms(
    server: StoreServer, pollers: Sequence[Poller], ask: Callable[[Poller], None], rounds: int = ROUNDS
) -> float:
    """CPU of the server's process for one question, in milliseconds."""
    before = _cpu_s(server)
    for _round in range(rounds):
        for poller in pollers:
            ask(poller)
    return (_cpu_s(server) - before) * 1000 / (rounds * len(pollers))


def _cpu_s(server: StoreServer) -> float:
    """User and system time of the server's process (Linux), all threads, in seconds."""
    fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _activated(server: StoreServer, register_id: str, stack: ExitStack) -> Poller:
    code = read_activation_code(server.activation_code(register_id))
    trust = client_context(fetch_ca(code)) if code.fingerprint else None
    environment, series = Environment(), new_id()
    key = DeviceKey(Ed25519PrivateKey.generate(), bytes(32))
    with closing(RemoteGateway(server.address, environment, trust=trust)) as gateway:
        request = ActivationRequest(code.code, key.public, key.secret, series, "till")
        answer = gateway.post("/v1/activate", msgspec.json.encode(request), ActivationAnswer)

    def head() -> Head:
        return Head(register_id, series, 0, GENESIS.hex(), 0, environment.clock.utc())

    def open_gateway() -> RemoteGateway:
        signer = DeviceSigner(key, answer.device_id, environment.clock, head)
        return RemoteGateway(server.address, environment, signer=signer, trust=trust)

    return Poller(open_gateway, stack.enter_context(closing(open_gateway())))
