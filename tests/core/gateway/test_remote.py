"""What is an answer, and what a register makes of everything that is not one (S1)."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from tests.core.gateway.store_server import (
    CONTEXT,
    Authority,
    Echo,
    Reply,
    Seen,
    StoreServer,
    answered,
    echo,
    refused,
    running,
)

from kassa.environment import Environment
from kassa.errors import DeviceNotTrusted, NoAnswer, NotAllowed, NotFound, Refusal, SetupError
from kassa.gateway import RemoteGateway
from kassa.gateway import answers as answers_module
from kassa.gateway.resolver import Resolver
from kassa.model import OfflineProfile
from kassa.protocol import CONTENT_TYPE, PROTOCOL_HEADER, JournalAcknowledgement, RefusalMessage
from kassa.testing.network import Network
from kassa.text import Money, Text


def no_answer(gateway: RemoteGateway) -> NoAnswer:
    with pytest.raises(NoAnswer) as raised:
        gateway.send(Echo("hello"), CONTEXT)
    return raised.value


def test_answer_is_decoded(gateway: RemoteGateway) -> None:
    """An answer comes back as the type that the request declares."""
    assert gateway.send(Echo("räksmörgås"), CONTEXT) == "räksmörgås"
    assert gateway.latency_s() is not None


def test_request_carries_context_and_signature(server: StoreServer) -> None:
    """A request goes to its own path, with who asks in the envelope and the signer's headers, in protocol 2."""

    class FixedSigner:
        def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
            return {"Kassa-Signature": f"{method} {path} {len(body)}"}

    gateway = RemoteGateway(server.address, Environment(), signer=FixedSigner())
    gateway.send(Echo("x"), CONTEXT)
    gateway.close()
    (seen,) = server.seen
    assert seen.path == "/v1/requests/test.echo"
    assert seen.headers["Kassa-Signature"] == f"POST {seen.path} {len(seen.body)}"
    assert seen.headers[PROTOCOL_HEADER] == "2"
    assert msgspec.json.decode(seen.body)["context"]["register_id"] == "0042-3"


def test_refusal_comes_back_as_its_own_class_with_its_texts(server: StoreServer, gateway: RemoteGateway) -> None:
    """A typed refusal is an answer: raised as the class that its code names, in words of any language."""
    what = Text("{amount} is too much.", "kassa", {"amount": Money(Decimal("12.50"), "SEK")})
    server.answer = lambda _seen: refused(RefusalMessage("not_allowed", what, Text("Ask."), "here", override=True), 409)
    with pytest.raises(NotAllowed) as raised:
        gateway.send(Echo("x"), CONTEXT)
    assert raised.value.override
    assert raised.value.what.words("sv") == "12,50\xa0kr is too much."
    assert raised.value.hint == Text("Ask.")
    assert raised.value.where == "here"


def test_refusal_with_404_is_an_answer(server: StoreServer, gateway: RemoteGateway) -> None:
    """404 in Kassa's own type means that the item is not there; not that the store server is not."""
    server.answer = lambda _seen: refused(RefusalMessage("not_found", Text("No such item.")), 404)
    with pytest.raises(NotFound):
        gateway.send(Echo("x"), CONTEXT)


def test_unknown_refusal_is_a_plain_one(server: StoreServer, gateway: RemoteGateway) -> None:
    """A refusal whose code this version does not know is still a refusal."""
    server.answer = lambda _seen: refused(RefusalMessage("of_next_year", Text("No.")))
    with pytest.raises(Refusal):
        gateway.send(Echo("x"), CONTEXT)


@pytest.mark.parametrize("status", [401, 403])
def test_device_not_trusted(server: StoreServer, gateway: RemoteGateway, status: int) -> None:
    """401 and 403 for the device itself are an error of their own."""
    server.answer = lambda _seen: refused(RefusalMessage("device_not_trusted", Text("Who?")), status)
    with pytest.raises(DeviceNotTrusted):
        gateway.send(Echo("x"), CONTEXT)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_statuses_that_never_answer(server: StoreServer, gateway: RemoteGateway, status: int) -> None:
    """408, 429, 500, 502, 503 and 504 are no answer, even in Kassa's own type."""
    server.answer = lambda seen: Reply(echo(seen).body, status)
    error = no_answer(gateway)
    assert (error.reason, error.sent) == ("server_error", True)


@pytest.mark.parametrize("status", [200, 404])
def test_captive_portal(network: Network, gateway: RemoteGateway, status: int) -> None:
    """A log on page of the network, with status 200 or 404, is no answer."""
    network.captive_portal(status)
    assert no_answer(gateway).reason == "unreachable"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": CONTENT_TYPE},
        {"Content-Type": CONTENT_TYPE, PROTOCOL_HEADER: "two"},
        {"Content-Type": "application/json", PROTOCOL_HEADER: "2"},
        {PROTOCOL_HEADER: "2"},
    ],
    ids=["no protocol", "odd protocol", "other type", "no type"],
)
def test_answer_needs_type_and_protocol(server: StoreServer, gateway: RemoteGateway, headers: dict[str, str]) -> None:
    """What lacks Kassa's content type or protocol header is no answer, however right its body is."""
    server.answer = lambda seen: Reply(echo(seen).body, 200, headers)
    assert no_answer(gateway).reason == "unreachable"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"answer": 5}', b'{"answer": "x"', b'"x"', b"{}", b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "open", "list", "wrong type", "cut", "bare", "neither", "no text", "deep"],
)
def test_wrong_json(server: StoreServer, gateway: RemoteGateway, body: bytes) -> None:
    """A body that cannot be read, or has another shape than the request's answer, is no answer."""
    server.answer = lambda _seen: Reply(body)
    assert no_answer(gateway).reason == "server_error"


def test_wrong_json_in_between(network: Network, gateway: RemoteGateway) -> None:
    """The same from something in between that borrows Kassa's type."""
    network.wrong_json()
    assert no_answer(gateway).reason == "server_error"


def test_redirect_is_not_followed(server: StoreServer, gateway: RemoteGateway) -> None:
    """A redirect is no answer, and nobody goes where it points."""
    server.answer = lambda _seen: Reply(b"", 302, {"Location": "/elsewhere"})
    assert no_answer(gateway).reason == "unreachable"
    assert len(server.seen) == 1


def test_huge_answer_is_given_up(server: StoreServer, gateway: RemoteGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body beyond the largest answer is not read to its end."""
    monkeypatch.setattr(answers_module, "LARGEST_ANSWER", 100_000)
    server.answer = lambda _seen: answered("x" * 200_000)
    assert no_answer(gateway).reason == "server_error"


def test_refused_connection_was_never_sent(network: Network, gateway: RemoteGateway) -> None:
    """Where nothing listens, nothing was sent, and the error knows."""
    network.refuse()
    error = no_answer(gateway)
    assert (error.reason, error.sent) == ("unreachable", False)
    assert "Connection refused" in error.where or "refused" in error.where.lower()


def test_reset_may_have_been_sent(network: Network, gateway: RemoteGateway) -> None:
    """A connection that is reset after the request left may have delivered it."""
    network.reset()
    error = no_answer(gateway)
    assert (error.reason, error.sent) == ("unreachable", True)


def test_dropped_answer_may_have_acted(server: StoreServer, network: Network, gateway: RemoteGateway) -> None:
    """A connection that closes instead of an answer: the server has acted, and the register cannot know."""
    network.drop_answer()
    error = no_answer(gateway)
    assert (error.reason, error.sent) == ("unreachable", True)
    assert len(server.seen) == 1


def test_unknown_name_was_never_sent() -> None:
    """A name that cannot be looked up is unreachable, and nothing was sent."""

    def look_up(*_question: object) -> list[tuple[object, ...]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    gateway = RemoteGateway("https://store.example", Environment(), resolver=Resolver(look_up))
    error = no_answer(gateway)
    gateway.close()
    assert (error.reason, error.sent) == ("unreachable", False)
    assert error.what.msgid == "The store server's name cannot be looked up."


def tls_error(server: ssl.SSLContext, trust: ssl.SSLContext) -> NoAnswer:
    with running(StoreServer(server)) as listening:
        gateway = RemoteGateway(listening.address, Environment(), trust=trust)
        error = no_answer(gateway)
        gateway.close()
        assert listening.seen == []
    return error


def test_tls_with_the_right_ca(tmp_path: Path) -> None:
    """Over TLS, a server with a certificate by the store's own CA answers."""
    ca = Authority(tmp_path)
    with running(StoreServer(ca.server())) as server:
        gateway = RemoteGateway(server.address, Environment(), trust=ca.trust())
        assert gateway.send(Echo("x"), CONTEXT) == "x"
        gateway.close()


def test_tls_with_another_ca(tmp_path: Path) -> None:
    """A server of another CA is not this register's, and hears nothing of the request."""
    error = tls_error(Authority(tmp_path / "a").server(), Authority(tmp_path / "b").trust())
    assert (error.reason, error.sent) == ("unreachable", False)
    assert "not this register's store server" in error.what.msgid


def test_tls_with_an_expired_certificate(tmp_path: Path) -> None:
    """An expired certificate is named as that."""
    ca = Authority(tmp_path)
    error = tls_error(ca.server(days=-1), ca.trust())
    assert (error.reason, error.sent) == ("unreachable", False)
    assert error.what.msgid == "The store server's certificate has expired."


def test_tls_for_another_address(tmp_path: Path) -> None:
    """A certificate for another address is named as that."""
    ca = Authority(tmp_path)
    error = tls_error(ca.server(address="10.1.2.3"), ca.trust())
    assert (error.reason, error.sent) == ("unreachable", False)
    assert error.what.msgid == "The store server's certificate is for another address."


def test_no_tls_at_the_other_end(server: StoreServer, tmp_path: Path) -> None:
    """A server that speaks no TLS is unreachable over https."""
    address = server.address.replace("http:", "https:")
    gateway = RemoteGateway(address, Environment(), trust=Authority(tmp_path).trust())
    error = no_answer(gateway)
    gateway.close()
    assert (error.reason, error.sent) == ("unreachable", False)
    assert error.what.msgid == "No safe connection to the store server could be made."


@pytest.mark.parametrize("address", ["http://10.0.0.1", "http://store.example:80", "store.example", "ftp://x", ""])
def test_addresses_that_are_refused(address: str) -> None:
    """Plain HTTP goes to this machine only, and an address is https or nothing."""
    with pytest.raises(SetupError):
        RemoteGateway(address, Environment())


def test_retries_of_the_profile(server: StoreServer) -> None:
    """The profile's further tries are made within the same request, and the first answer counts."""

    def second_time(seen: Seen) -> Reply:
        return echo(seen) if len(server.seen) == 2 else Reply(b"", 503)

    server.answer = second_time
    gateway = RemoteGateway(server.address, Environment(), profile=lambda: OfflineProfile(retry_count=1))
    assert gateway.send(Echo("x"), CONTEXT) == "x"
    gateway.close()


def test_no_tries_without_the_profile_saying_so(server: StoreServer, gateway: RemoteGateway) -> None:
    """Without retries in the profile, a 503 is the end of it."""
    server.answer = lambda _seen: Reply(b"", 503)
    no_answer(gateway)
    assert len(server.seen) == 1


def test_other_protocol_is_tried_once_and_remembered(server: StoreServer, gateway: RemoteGateway) -> None:
    """A server that names the version it speaks is spoken to in that from then on."""

    def version_1(seen: Seen) -> Reply:
        if seen.headers[PROTOCOL_HEADER] != "1":
            return refused(RefusalMessage("protocol_not_spoken", Text("Speak 1."), where="1"), 400, "1")
        return Reply(echo(seen).body, 200, {"Content-Type": CONTENT_TYPE, PROTOCOL_HEADER: "1"})

    server.answer = version_1
    assert gateway.send(Echo("x"), CONTEXT) == "x"
    assert gateway.send(Echo("y"), CONTEXT) == "y"
    assert [seen.headers[PROTOCOL_HEADER] for seen in server.seen] == ["2", "1", "1"]
    assert gateway.clock_offset() is None


def test_no_common_protocol(server: StoreServer, gateway: RemoteGateway) -> None:
    """A server that speaks only versions unknown here is asked once."""
    server.answer = lambda _seen: refused(RefusalMessage("protocol_not_spoken", Text("Speak 7."), where="7"), 400, "7")
    with pytest.raises(Refusal) as raised:
        gateway.send(Echo("x"), CONTEXT)
    assert raised.value.code == "protocol_not_spoken"
    assert len(server.seen) == 1


def test_answer_in_an_unknown_protocol(server: StoreServer, gateway: RemoteGateway) -> None:
    """An answer in a version that this side does not speak is none."""
    server.answer = lambda seen: Reply(echo(seen).body, 200, {"Content-Type": CONTENT_TYPE, PROTOCOL_HEADER: "9"})
    assert no_answer(gateway).reason == "server_error"


def test_clock_offset(server: StoreServer, gateway: RemoteGateway) -> None:
    """The answer's server time says how far this machine's clock is off."""
    assert gateway.clock_offset() is None
    server.answer = lambda _seen: answered("x", datetime.now(UTC) + timedelta(minutes=7))
    gateway.send(Echo("x"), CONTEXT)
    offset = gateway.clock_offset()
    assert offset is not None
    assert abs(offset - timedelta(minutes=7)) < timedelta(seconds=1)


@pytest.mark.parametrize("enveloped", [True, False])
def test_post(server: StoreServer, gateway: RemoteGateway, enveloped: bool) -> None:
    """What is posted is answered with the type asked for, in an envelope or bare."""
    acknowledgement = JournalAcknowledgement("s", 7, "ab")
    server.answer = lambda _seen: (
        answered(acknowledgement) if enveloped else Reply(msgspec.json.encode(acknowledgement))
    )
    assert gateway.post("/v1/journal", b"{}", JournalAcknowledgement) == acknowledgement
    assert server.seen[0].path == "/v1/journal"


def test_cookies_are_not_kept(server: StoreServer, gateway: RemoteGateway) -> None:
    """A cookie that something on the way hands out is never sent back."""
    server.answer = lambda seen: Reply(
        echo(seen).body, 200, {"Content-Type": CONTENT_TYPE, PROTOCOL_HEADER: "2", "Set-Cookie": "spy=1; Path=/"}
    )
    for _time in range(2):
        gateway.send(Echo("x"), CONTEXT)
    assert "Cookie" not in server.seen[1].headers


def test_proxies_of_the_environment_are_not_asked(
    server: StoreServer, gateway: RemoteGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way to the store server is direct, whatever the environment says of proxies."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert gateway.send(Echo("x"), CONTEXT) == "x"


def test_kept_connection_is_used_again(server: StoreServer, gateway: RemoteGateway) -> None:
    """Requests one after the other share a connection."""
    for _time in range(3):
        gateway.send(Echo("x"), CONTEXT)
    assert server.connections == 1


def test_dead_kept_connection_is_tried_once_on_a_fresh_one(
    server: StoreServer, network: Network, gateway: RemoteGateway
) -> None:
    """A kept connection that fails before the first byte of an answer is tried once on a fresh one (S1)."""
    gateway.send(Echo("x"), CONTEXT)
    network.stale()
    assert gateway.send(Echo("y"), CONTEXT) == "y"
    assert network.connections == 2
    assert [b'"words":"y"' in seen.body for seen in server.seen] == [False, True]


def test_several_dead_kept_connections(network: Network, gateway: RemoteGateway) -> None:
    """However many kept connections have died, the second try is on a fresh one."""
    network.slow(0.1)
    for future in [gateway.submit(Echo("x"), CONTEXT) for _lane in range(3)]:
        future.result()
    assert network.connections == 3
    network.stale()
    assert gateway.send(Echo("y"), CONTEXT) == "y"
    assert network.connections == 4


def test_answer_dropped_on_a_kept_connection_is_sent_again_once(
    server: StoreServer, network: Network, gateway: RemoteGateway
) -> None:
    """The fresh try is one: a server that acts and never answers is asked twice, with the same bytes, and no more."""
    gateway.send(Echo("x"), CONTEXT)
    network.drop_answer()
    error = no_answer(gateway)
    assert error.sent
    assert len(server.seen) == 3
    assert server.seen[1].body == server.seen[2].body


def test_fresh_connection_that_fails_is_not_tried_again(
    server: StoreServer, network: Network, gateway: RemoteGateway
) -> None:
    """A connection made for the request gets no second one."""
    network.drop_answer()
    no_answer(gateway)
    assert (len(server.seen), network.connections) == (1, 1)


def test_connection_closed_just_after_its_answer(network: Network, gateway: RemoteGateway) -> None:
    """A server that closes each kept connection just after its answer costs nobody an answer."""
    network.close_after_answer()
    for number in range(20):
        assert gateway.send(Echo(str(number)), CONTEXT) == str(number)


def test_half_an_answer_is_not_tried_again(server: StoreServer, network: Network, gateway: RemoteGateway) -> None:
    """Once a byte of an answer has come, a failing connection is the end of it."""
    gateway.send(Echo("x"), CONTEXT)
    server.answer = lambda _seen: Reply(
        b"short", 200, {"Content-Type": CONTENT_TYPE, PROTOCOL_HEADER: "2", "Content-Length": "4000"}
    )
    network.close_after_answer()
    no_answer(gateway)
    assert len(server.seen) == 2


def test_refused_within_50_ms(network: Network, gateway: RemoteGateway) -> None:
    """A server that refuses costs the cashier no wait."""
    gateway.send(Echo("x"), CONTEXT)
    network.refuse()
    took = []
    for _time in range(5):
        began = time.perf_counter()
        no_answer(gateway)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.05
