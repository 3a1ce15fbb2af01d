"""The test kit's network, fault by fault, seen by a plain HTTP client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.core.gateway.store_server import Reply, StoreServer, running

from kassa.testing.network import Network


@pytest.fixture
def server() -> Iterator[StoreServer]:
    with running(StoreServer()) as server:
        server.answer = lambda seen: Reply(b"answer to " + seen.body)
        yield server


@pytest.fixture
def network(server: StoreServer) -> Iterator[Network]:
    with Network(server.address) as network:
        yield network


@pytest.fixture
def ask(network: Network) -> Iterator[Callable[[str], str]]:
    with httpx.Client(base_url=network.address, timeout=0.3, trust_env=False) as client:
        yield lambda words: client.post("/", content=words).text


def test_pass_through(network: Network, ask: Callable[[str], str]) -> None:
    """Without a fault everything passes, over a connection that is kept."""
    assert [ask("one"), ask("two")] == ["answer to one", "answer to two"]
    assert network.connections == 1
    assert network.from_register > 0


def test_refuse_and_come_back(network: Network, ask: Callable[[str], str]) -> None:
    """Open connections are reset and new ones refused; afterwards the same address works."""
    ask("one")
    network.refuse()
    for _time in range(2):
        with pytest.raises(httpx.NetworkError):
            ask("two")
    network.pass_through()
    assert ask("three") == "answer to three"


def test_freeze_holds_and_lets_go(server: StoreServer, network: Network) -> None:
    """Frozen, nothing happens on open connections and new ones; what was held goes on afterwards."""
    network.freeze()
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(httpx.post, network.address, content="late", timeout=10, trust_env=False)
        network.until_contacted()
        assert server.seen == []
        network.pass_through()
        assert asked.result(10).text == "answer to late"


def test_drip(network: Network) -> None:
    """An answer comes a byte at a time."""
    network.drip(0.002)
    with httpx.stream("POST", network.address, content="x", timeout=5, trust_env=False) as response:
        chunks = list(response.iter_raw())
    assert b"".join(chunks) == b"answer to x"
    assert len(chunks) > 3


def test_drop_answer_once(server: StoreServer, network: Network, ask: Callable[[str], str]) -> None:
    """The server acts and nobody hears of it, once."""
    network.drop_answer(once=True)
    with pytest.raises(httpx.RemoteProtocolError):
        ask("one")
    assert [seen.body for seen in server.seen] == [b"one"]
    assert ask("two") == "answer to two"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Network.status_503, 503),
        (Network.captive_portal, 200),
        (lambda network: network.captive_portal(404), 404),
        (Network.wrong_json, 200),
    ],
)
def test_something_in_between_answers(
    server: StoreServer, network: Network, fault: Callable[[Network], None], status: int
) -> None:
    """Something in between answers in the server's place; the server hears nothing, on open connections either."""
    with httpx.Client(base_url=network.address, trust_env=False) as client:
        client.post("/", content="one")
        fault(network)
        assert client.post("/", content="x" * 200_000).status_code == status
    assert len(server.seen) == 1


def test_slow(network: Network, ask: Callable[[str], str]) -> None:
    """Answers come later, and at once when the network is quick again."""
    network.slow(30)
    with pytest.raises(httpx.ReadTimeout):
        ask("one")
    network.slow(0.01)
    assert ask("two") == "answer to two"


def test_reset(network: Network, ask: Callable[[str], str]) -> None:
    """Connections are reset at their first byte: felt while the answer is read, or before, while the body is sent."""
    network.reset()
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        ask("one")


def test_stale(network: Network, ask: Callable[[str], str]) -> None:
    """A kept connection dies at its next request; a fresh one works."""
    ask("one")
    network.stale()
    with pytest.raises(httpx.RemoteProtocolError):
        ask("two")
    assert ask("three") == "answer to three"


def test_upstream_may_move(network: Network, ask: Callable[[str], str]) -> None:
    """The store server may come back at another address."""
    ask("one")
    with running(StoreServer()) as other:
        other.answer = lambda _seen: Reply(b"other")
        network.upstream = other.address
        network.refuse()
        network.pass_through()
        assert ask("two") == "other"
