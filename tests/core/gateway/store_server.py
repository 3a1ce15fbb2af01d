"""A store server of a few lines for the gateway's tests: real sockets, real HTTP, answers that a test chooses."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kassa.protocol import CONTENT_TYPE, PROTOCOL_HEADER, Answered, RefusalMessage, RequestEnvelope
from kassa.runtime.request import Command, Query, RequestContext

CONTEXT = RequestContext("0042", "0042-3", staff_id="1")


class Echo(Query[str], frozen=True):
    """Comes back as it is."""

    NAME: ClassVar[str] = "test.echo"
    ANSWER: ClassVar[Any] = str

    words: str


class Count(Command[int], frozen=True, kw_only=True):
    """Adds one, once for each id."""

    NAME: ClassVar[str] = "test.count"
    ANSWER: ClassVar[Any] = int


@dataclass
class Reply:
    """A whole HTTP answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": CONTENT_TYPE, PROTOCOL_HEADER: "2"})


@dataclass
class Seen:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


def answered(value: Any, server_time: datetime | None = None) -> Reply:
    """An answer."""
    return Reply(msgspec.json.encode(Answered(msgspec.Raw(msgspec.json.encode(value)), server_time=server_time)))


def refused(message: RefusalMessage, status: int = 422, protocol: str = "2") -> Reply:
    """An answer that says no."""
    body = msgspec.json.encode(Answered(refusal=message))
    return Reply(body, status, {"Content-Type": CONTENT_TYPE, PROTOCOL_HEADER: protocol})


def echo(seen: Seen) -> Reply:
    """Answers an :class:`Echo`."""
    envelope = msgspec.json.decode(seen.body, type=RequestEnvelope)
    return answered(msgspec.json.decode(envelope.request, type=Echo).words)


class StoreServer(ThreadingHTTPServer):
    """Listens on loopback; ``answer`` may be changed at any time."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Callable[[Seen], Reply] = echo
        self.seen: list[Seen] = []
        self.connections = 0
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: StoreServer

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen = Seen(self.path, dict(self.headers), body)
        self.server.seen.append(seen)
        reply = self.server.answer(seen)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def running(server: StoreServer) -> Iterator[StoreServer]:
    """``server``, serving."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Authority:
    """A CA of a test's own."""

    folder: Path
    name: str = "Test CA"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        now = datetime.now(UTC)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self._certificate = (
            self._builder(self._subject, self._key, now - timedelta(days=2), now + timedelta(days=2))
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(usage, True)
            .add_extension(identifier, False)
            .sign(self._key, hashes.SHA256())
        )

    def trust(self) -> ssl.SSLContext:
        """What a register that knows this CA trusts."""
        context = ssl.create_default_context(cadata=self._certificate.public_bytes(serialization.Encoding.PEM).decode())
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def server(self, *, address: str = "127.0.0.1", days: int = 1) -> ssl.SSLContext:
        """A server with a certificate for ``address`` that is good for so many days, from two days ago."""
        import ipaddress

        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            self._builder(subject, key, now - timedelta(days=2), now + timedelta(days=days))
            .add_extension(names, False)
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(issuer, False)
            .sign(self._key, hashes.SHA256())
        )
        file = self.folder / f"{address}{days}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
        )
