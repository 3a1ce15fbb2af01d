"""A store server that is not ours, speaks otherwise or says nothing: offline, with the reason, and the sale goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.register.conftest import QUICK, open_ready, settled

from kassa.protocol import Answered, RefusalMessage
from kassa.register import Register
from kassa.testing.clock import TestClock
from kassa.testing.network import Network
from kassa.testing.server import StoreServer
from kassa.testing.shop import Shop, wait_until
from kassa.text import Text
from kassa_server.running import RunningServer, Settings
from kassa_server.tls import Certificates, own_certificates

KASSA = b"Content-Type: application/vnd.kassa+json\r\nKassa-Protocol: %d\r\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One shop for all of these; each leaves the network well."""
    with Shop(tmp_path_factory.mktemp("server"), profile={**QUICK, "request_timeout_s": 0.6}) as made:
        yield made


@pytest.fixture(scope="module")
def opened(shop: Shop) -> Register:
    return open_ready(shop)


@pytest.fixture
def register(shop: Shop, opened: Register) -> Iterator[Register]:
    """A register that is online, with an item on the till; afterwards it is well again, and everything is in."""

    def begun_online() -> bool:
        """On a busy machine this scan itself may take longer than the profile's time-out: then another sale."""
        if opened.transaction is not None:
            opened.run(200)
        opened.run(917, action="connect")
        settled(shop, opened)
        opened.run(100, code="1001")
        return opened.connection.state().online

    wait_until(begun_online, "a sale is begun online", patience_s=60)
    yield opened
    shop.network.pass_through()
    if opened.transaction is not None:
        opened.run(200)
    opened.run(917, action="connect")
    settled(shop, opened)


def other_version(network: Network) -> None:
    """A store server of a far future, which says so in its header."""
    network.reply(200, msgspec.json.encode(Answered(answer=msgspec.Raw(b"{}"))), KASSA % 99)


def no_common_version(network: Network) -> None:
    """A store server that refuses to speak our versions."""
    refusal = RefusalMessage("protocol_not_spoken", Text("Not spoken."), where="7 not in (9, 8)")
    network.reply(400, msgspec.json.encode(Answered(refusal=refusal)), KASSA % 9)


def not_trusted(network: Network) -> None:
    """A store server that does not know this device."""
    refusal = RefusalMessage("device_not_trusted", Text("Unknown."))
    network.reply(403, msgspec.json.encode(Answered(refusal=refusal)), KASSA % 2)


def too_much(network: Network) -> None:
    """JSON in Kassa's type, nested without end."""
    network.reply(200, b'{"answer":' + b"[" * 100_000, KASSA % 2)


FAULTS: dict[str, tuple[Callable[[Network], None], str, str]] = {
    "nothing listens": (Network.refuse, "unreachable", "nothing answers at its address"),
    "reset": (Network.reset, "unreachable", ""),
    "accepts and says nothing": (Network.freeze, "timeout", "did not answer within 0.6 s"),
    "drips": (lambda network: network.drip(0.05), "timeout", "did not answer within"),
    "slow": (lambda network: network.slow(5), "timeout", "did not answer within"),
    "loses answers": (Network.drop_answer, "unreachable", "closed the connection without an answer"),
    "503": (Network.status_503, "server_error", "503"),
    "captive portal, 200": (
        lambda network: network.captive_portal(200),
        "unreachable",
        "network want a log on",
    ),
    "captive portal, 404": (
        lambda network: network.captive_portal(404),
        "unreachable",
        "network want a log on",
    ),
    "wrong JSON": (Network.wrong_json, "server_error", "cannot be read"),
    "JSON without end": (too_much, "server_error", "cannot be read"),
    "another version": (other_version, "server_error", "another version"),
    "no common version": (no_common_version, "server_error", "Not spoken"),
    "does not know the device": (not_trusted, "not_trusted", "Unknown"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_answers_the_sale_goes_on(shop: Shop, register: Register, fault: str) -> None:
    """In the middle of a sale: the scan is answered from the offline database, the header says why, the sale is paid;
    later it is delivered, once."""
    strike, reason, cause = FAULTS[fault]
    before = len(shop.server.sales())
    strike(shop.network)
    register.run(100, code="1002")
    state = register.connection.state()
    assert (state.online, state.name) == (False, reason)
    assert state.cause is not None
    assert cause in str(state.cause)
    assert state.cause.words("sv")
    assert register.transaction is not None
    assert [line.item.number for line in register.transaction.lines] == ["1001", "1002"]
    register.run(200, amount="100")
    assert (register.transaction, register.waiting().count) == (None, 1)
    shop.network.pass_through()
    register.run(917, action="connect")
    settled(shop, register)
    assert len(shop.server.sales()) == before + 1


@pytest.mark.parametrize("fault", [Network.stale, Network.close_after_answer], ids=["stale", "closed after the answer"])
def test_a_kept_connection_that_the_server_has_just_closed(
    shop: Shop, register: Register, fault: Callable[[Network], None]
) -> None:
    """A connection that was kept and is dead is no lost server: the request goes out again on a fresh one, and the
    register stays online."""
    fault(shop.network)
    for number in ("1002", "1003", "1004"):
        register.run(100, code=number)
        assert register.connection.state().online
    register.run(200)
    assert register.transaction is None


def expired(server: StoreServer) -> Certificates:
    """A certificate by the server's own CA whose time is over."""
    folder = server.folder / "tls"
    for name in ("server.pem", "server.key"):
        (folder / name).unlink()
    long_ago = datetime.now(UTC) - timedelta(days=800)
    return own_certificates(folder, ["localhost", "127.0.0.1"], TestClock(long_ago))


def strangers(folder: Path) -> Certificates:
    """A certificate for the same names by a CA that nobody knows."""
    return own_certificates(folder, ["localhost", "127.0.0.1"], TestClock(datetime.now(UTC)))


def test_a_server_with_a_wrong_or_expired_certificate(tmp_path: Path) -> None:
    """A server with another CA, then ours with a certificate that has expired: neither gets a word; offline, and the
    sale goes on. With a good certificate again the register comes back, without a visit."""
    with Shop(tmp_path, tls=True, profile=QUICK) as shop:
        register = open_ready(shop)
        server = shop.server
        server.stop()
        causes = []
        for number, files in (("1001", strangers(tmp_path / "stranger")), ("1002", expired(server))):
            other = RunningServer(Settings(server.folder, server.database, port=server.port, tls=True, given=files))
            other.start()
            register.run(100, code=number)
            state = register.connection.state()
            assert (state.name, state.online) == ("unreachable", False)
            causes.append(str(state.cause))
            register.run(200)
            with pytest.raises(Exception, match=r"certificate|not this register's"):
                register.run(917, action="connect")
            causes.append(str(register.connection.state().cause))
            other.stop()
        assert "not this register's store server" in causes[1]
        assert "certificate has expired" in causes[3]
        for name in ("server.pem", "server.key"):
            (server.folder / "tls" / name).unlink()
        server.start()
        register.run(917, action="connect")
        settled(shop, register)
        assert len(server.sales()) == 2


def test_only_the_first_scan_pays_the_time_out(shop: Shop, register: Register) -> None:
    """Offline, no scan goes out to the store server that does not answer."""
    shop.network.freeze()
    register.run(100, code="1002")
    bytes_before = shop.network.connections
    for _ in range(20):
        register.run(100, code="1003")
    assert register.transaction is not None
    assert len(register.transaction.lines) == 22
    assert shop.network.connections - bytes_before <= 2
    wait_until(lambda: not register.connection.state().online, "it is offline")
