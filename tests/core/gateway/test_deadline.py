"""The total deadline of a request (S2), and cutting requests off (S5)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.core.gateway.store_server import CONTEXT, Authority, Echo, Reply, Seen, StoreServer, echo, running

from kassa.environment import Environment
from kassa.errors import Canceled, NoAnswer
from kassa.gateway import RemoteGateway
from kassa.gateway.resolver import Resolver
from kassa.model import OfflineProfile
from kassa.testing.clock import TestClock
from kassa.testing.network import Network

TIMEOUT_S = 0.3
LATE_S = 0.3
"""How much later a busy machine may be; what an idle one takes is stated once, below."""


@contextmanager
def given_up(seconds: float = TIMEOUT_S) -> Iterator[pytest.ExceptionInfo[NoAnswer]]:
    """What happens within is a time-out, after ``seconds`` and not much more."""
    began = time.perf_counter()
    with pytest.raises(NoAnswer) as raised:
        yield raised
    took = time.perf_counter() - began
    assert raised.value.reason == "timeout"
    assert seconds - 0.01 <= took < seconds + LATE_S


@pytest.fixture
def quick(network: Network) -> Iterator[RemoteGateway]:
    gateway = RemoteGateway(network.address, Environment(), profile=lambda: OfflineProfile(request_timeout_s=TIMEOUT_S))
    gateway.send(Echo("warm"), CONTEXT, timeout_s=5)
    yield gateway
    gateway.close()


def test_frozen_server(network: Network, quick: RemoteGateway) -> None:
    """A server that accepts and says nothing is cut off at the profile's timeout."""
    network.freeze()
    with given_up():
        quick.send(Echo("x"), CONTEXT)


def test_frozen_from_the_start(network: Network, quick: RemoteGateway) -> None:
    """The same on a connection that is made for the request."""
    network.reset()
    network.freeze()
    with given_up():
        quick.send(Echo("x"), CONTEXT)


def test_cut_off_within_50_ms_of_the_timeout(network: Network, quick: RemoteGateway) -> None:
    """A machine that has time for it cuts off within 50 ms of the timeout."""
    network.freeze()
    took = []
    for _time in range(5):
        began = time.perf_counter()
        with pytest.raises(NoAnswer):
            quick.send(Echo("x"), CONTEXT, timeout_s=0.1)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.15


def test_dripping_server(network: Network, quick: RemoteGateway) -> None:
    """A server that drips bytes never answers in time, however often it says something."""
    network.drip(0.02)
    with given_up():
        quick.send(Echo("x" * 1000), CONTEXT)


def test_tries_share_the_deadline(server: StoreServer, network: Network) -> None:
    """All tries of a request together get the timeout, not each of them."""

    def slow_503(_seen: Seen) -> Reply:
        time.sleep(0.12)
        return Reply(b"", 503)

    server.answer = slow_503
    profile = OfflineProfile(request_timeout_s=TIMEOUT_S, retry_count=50)
    gateway = RemoteGateway(network.address, Environment(), profile=lambda: profile)
    began = time.perf_counter()
    with pytest.raises(NoAnswer):
        gateway.send(Echo("x"), CONTEXT)
    assert time.perf_counter() - began < TIMEOUT_S + LATE_S
    gateway.close()


def test_tls_handshake_counts(tmp_path: Path) -> None:
    """A server that accepts and never shakes hands is cut off, and nothing was sent."""
    ca = Authority(tmp_path)
    with running(StoreServer(ca.server())) as server, Network(server.address) as network:
        gateway = RemoteGateway(network.address, Environment(), trust=ca.trust())
        assert gateway.send(Echo("x"), CONTEXT) == "x"
        network.reset()
        network.freeze()
        with given_up() as error:
            gateway.send(Echo("x"), CONTEXT, timeout_s=TIMEOUT_S)
        assert not error.value.sent
        gateway.close()


def test_own_timeout(network: Network, quick: RemoteGateway) -> None:
    """A request may bring a timeout of its own."""
    network.freeze()
    with given_up(0.1):
        quick.send(Echo("x"), CONTEXT, timeout_s=0.1)


def test_timeout_says_whether_anything_was_sent(network: Network, quick: RemoteGateway) -> None:
    """A request cut off in the middle of its answer was sent."""
    network.freeze()
    with pytest.raises(NoAnswer) as raised:
        quick.send(Echo("x"), CONTEXT, timeout_s=0.1)
    assert raised.value.sent


def test_after_a_frost_requests_are_answered_again(network: Network, quick: RemoteGateway) -> None:
    """What was cut off leaves nothing behind that the next request would wait for."""
    network.freeze()
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(quick.send, Echo("x"), CONTEXT, timeout_s=0.1) for _number in range(40)]
        assert all(isinstance(future.exception(), NoAnswer) for future in futures)
    network.pass_through()
    assert quick.send(Echo("y"), CONTEXT) == "y"


class StuckLookUp:
    """A name look-up that hangs until it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.go_on = threading.Event()
        self.port = 0

    def __call__(self, *_question: object) -> list[tuple[object, ...]]:
        self.calls += 1
        self.go_on.wait(30)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", self.port))]


def test_abandoned_look_ups_share_one_thread(server: StoreServer) -> None:
    """However many requests give up on a name look-up, it is one look-up; and its late result serves the next."""
    look_up = StuckLookUp()
    address = server.address.replace("127.0.0.1", "localhost")
    gateway = RemoteGateway(address, Environment(), resolver=Resolver(look_up))  # type: ignore[arg-type]
    look_up.port = int(address.rpartition(":")[2])
    for _number in range(20):
        with pytest.raises(NoAnswer) as raised:
            gateway.send(Echo("x"), CONTEXT, timeout_s=0.02)
        assert (raised.value.reason, raised.value.sent) == ("timeout", False)
    assert look_up.calls == 1
    assert sum(thread.name == "kassa-look-up" for thread in threading.enumerate()) == 1
    future = gateway.submit(Echo("y"), CONTEXT, timeout_s=5)
    look_up.go_on.set()
    assert future.result() == "y"
    gateway.close()


def test_cancel_all_cuts_off_at_once(network: Network, quick: RemoteGateway) -> None:
    """Every request in flight ends at once as canceled, and says that it was sent."""
    network.freeze()
    futures = [quick.submit(Echo("x"), CONTEXT, timeout_s=30) for _number in range(3)]
    network.until_contacted(3)
    began = time.perf_counter()
    quick.cancel_all()
    errors = [future.exception() for future in futures]
    assert time.perf_counter() - began < LATE_S
    assert all(isinstance(error, Canceled) for error in errors)
    network.pass_through()
    assert quick.send(Echo("y"), CONTEXT) == "y"


def test_cancelled_future_is_cut_off(server: StoreServer, network: Network, quick: RemoteGateway) -> None:
    """Cancelling one request leaves the others alone, and ends on the wire too."""
    network.slow(0.2)
    one, other = quick.submit(Echo("one"), CONTEXT, timeout_s=5), quick.submit(Echo("other"), CONTEXT, timeout_s=5)
    assert one.cancel()
    assert isinstance(one.exception(), Canceled)
    assert not one.cancel()
    assert other.result() == "other"


def test_close_cuts_off(network: Network, quick: RemoteGateway) -> None:
    """A gateway that is closed ends what is in flight, and takes nothing more."""
    network.freeze()
    future = quick.submit(Echo("x"), CONTEXT, timeout_s=30)
    quick.close()
    assert isinstance(future.exception(), Canceled)
    with pytest.raises(Canceled) as raised:
        quick.send(Echo("y"), CONTEXT)
    assert not raised.value.sent
    quick.close()


def test_deadline_is_on_the_environments_clock(server: StoreServer, network: Network) -> None:
    """The deadline passes when the environment's monotonic clock says so, for a waiting thread and for a future."""
    clock = TestClock()
    gateway = RemoteGateway(network.address, Environment(clock))
    network.freeze()
    future = gateway.submit(Echo("x"), CONTEXT, timeout_s=10)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(gateway.send, Echo("y"), CONTEXT, timeout_s=10)
        clock.until_waiting()
        clock.advance(9.9)
        assert not waiting.done()
        assert not future.done()
        clock.advance(0.2)
        assert isinstance(waiting.exception(5), NoAnswer)
        assert isinstance(future.exception(5), NoAnswer)
    gateway.close()


def test_nobody_waits_and_the_deadline_passes_all_the_same(network: Network, quick: RemoteGateway) -> None:
    """A future that nobody waits for is cut off too."""
    network.freeze()
    done = threading.Event()
    future = quick.submit(Echo("x"), CONTEXT, timeout_s=0.1)
    future.add_done_callback(lambda _future: done.set())
    assert done.wait(0.1 + LATE_S)


def test_nothing_leaves_after_never_sent(server: StoreServer) -> None:
    """A request that ended as *never sent* is never sent: its look-up answers too late."""
    look_up = StuckLookUp()
    address = server.address.replace("127.0.0.1", "localhost")
    gateway = RemoteGateway(address, Environment(), resolver=Resolver(look_up))  # type: ignore[arg-type]
    look_up.port = int(address.rpartition(":")[2])
    future = gateway.submit(Echo("never"), CONTEXT, timeout_s=30)
    future.cancel()
    error = future.exception()
    assert isinstance(error, Canceled)
    assert not error.sent
    look_up.go_on.set()
    server.answer = echo
    assert gateway.send(Echo("after"), CONTEXT) == "after"
    assert [b"never" in seen.body for seen in server.seen] == [False]
    gateway.close()
