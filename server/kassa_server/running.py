"""Running the store server: address, TLS, uvicorn; in a process of its own or on a thread of somebody else's."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette

from kassa.device import write_private_file
from kassa.environment import Environment
from kassa.errors import SetupError
from kassa.text import literal, texts
from kassa.trust import ActivationCode, fingerprint_of, is_loopback
from kassa_server.app import create_app
from kassa_server.headquarters.package_place import open_package_files
from kassa_server.headquarters.store_servers import StoreServerStatus
from kassa_server.headquarters.users import list_users
from kassa_server.joined.joined import EVERY_S, JoinedSettings
from kassa_server.joined.membership import Membership, load_membership
from kassa_server.roles import Role
from kassa_server.server import StoreServer
from kassa_server.tls import Certificates, own_certificates, own_names

_, n_ = texts("kassa_server")

ADDRESS_FILE = "address.json"
DEFAULT_PORT = 8440
_RENEWAL_EVERY_S = 12 * 3600.0
_SHUTDOWN_S = 5
_KEEP_ALIVE_S = 150
"""Longer than registers keep a connection: they poll once a minute, and a new one by TLS costs as much as the poll."""


@dataclass(frozen=True)
class Settings:
    """How a store server runs.

    :param folder: its data directory: database by default, certificates, address.
    :param database: SQLAlchemy URL; None: SQLite in the folder.
    :param port: 0: any free one.
    :param tls: None: on a network yes, on loopback no.
    :param names: further names and addresses of the machine, for the certificate.
    :param given: a certificate from elsewhere instead of the server's own.
    :param schedules: distribution jobs run by themselves.
    :param headquarters_every_s: how often a store server that has joined one asks it for something new.
    :param packages: where data packages are: ``s3://bucket/prefix``; None: a directory in the folder.
    :param role: what is hosted; a store server that has joined a headquarters elsewhere hosts no other.
    """

    folder: Path
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    tls: bool | None = None
    names: tuple[str, ...] = ()
    given: Certificates | None = None
    schedules: bool = True
    packages: str | None = None
    role: Role = Role.BOTH
    headquarters_every_s: float = EVERY_S

    @property
    def database_url(self) -> str:
        """The channel database."""
        return self.database or f"sqlite:///{self.folder / 'channel.db'}"


class Published(msgspec.Struct, frozen=True):
    """Where a running server is, written to its folder for ``kassa activation-code``."""

    address: str
    fingerprint: str


class _Server(uvicorn.Server):
    """Tells when connections are accepted."""

    on_ready: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()


class RunningServer:
    """A store server that is about to run. :meth:`serve` blocks; :meth:`start` runs it on a thread."""

    def __init__(self, settings: Settings, environment: Environment | None = None) -> None:
        settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._settings = settings
        self._environment = environment or Environment()
        self._membership = _membership(settings)
        self._names = [*own_names(settings.host), *settings.names]
        self._certificates = self._choose_certificates()
        self._socket = _bind(settings.host, settings.port)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        ca = None if self._certificates is None else self._certificates.ca
        self.address = self._address()
        self._published = Published(self.address, "" if ca is None else fingerprint_of(ca))
        self.app = self._create_app(ca)
        write_private_file(settings.folder / ADDRESS_FILE, msgspec.json.encode(self._published))
        self._server = self._make_server()

    def _create_app(self, ca: str | None) -> Starlette:
        settings = self._settings
        membership = self._membership
        joined = None
        self._joined = membership is not None
        if membership is not None:
            fingerprint = self._published.fingerprint
            every_s = settings.headquarters_every_s
            joined = JoinedSettings(membership, settings.folder, self.address, fingerprint, every_s)
        return create_app(
            settings.database_url,
            environment=self._environment,
            folder=settings.folder,
            ca_certificate=ca,
            packages=open_package_files(settings.folder, settings.packages),
            schedules=settings.schedules and membership is None,
            role=settings.role if membership is None else Role.STORE_SERVER,
            joined=joined,
        )

    def greeting(self) -> list[str]:
        """What somebody who has just started it wants to know: where headquarters' pages are, and how to get in."""
        if self._joined:
            return []
        server: StoreServer = self.app.state.server
        said = [f"Headquarters' pages at {self.address}/headquarters/"]
        with server.channel.reading() as connection:
            if not list_users(connection):
                said.append("They have no user yet: kassa headquarters add-user NAME --role administrator")
        return said

    def _choose_certificates(self) -> Certificates | None:
        settings = self._settings
        loopback = is_loopback(settings.host)
        tls = settings.tls if settings.tls is not None else (settings.given is not None or not loopback)
        if not tls and not loopback:
            raise SetupError(
                _("On a network the store server speaks https only."),
                kept=_("Nothing was started."),
                hint=_("Leave out --no-tls, or listen on 127.0.0.1."),
                where=settings.host,
            )
        if not tls:
            return None
        return settings.given or own_certificates(settings.folder / "tls", self._names, self._environment.clock)

    def _address(self) -> str:
        host, port = self._settings.host, self._socket.getsockname()[1]
        if host in ("", "0.0.0.0", "::"):
            host = self._settings.names[0] if self._settings.names else socket.getfqdn()
        scheme = "http" if self._certificates is None else "https"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def _make_server(self) -> _Server:
        files = self._certificates
        config = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_SHUTDOWN_S,
            timeout_keep_alive=_KEEP_ALIVE_S,
            ssl_certfile=None if files is None else str(files.certificate),
            ssl_keyfile=None if files is None else str(files.key),
        )
        return _Server(config)

    def serve(self, on_ready: Callable[[str], None] = lambda address: None) -> None:
        """Serve until stopped (by a signal, in a main thread).

        :param on_ready: told the address when connections are accepted.
        """
        renewing = threading.Thread(target=self._renew, name="kassa-certificate", daemon=True)
        if self._certificates is not None and self._settings.given is None:
            renewing.start()
        try:
            self._server.on_ready = lambda: on_ready(self.address)
            self._server.run(sockets=[self._socket])
        finally:
            self._stopping.set()
            self._socket.close()

    def start(self) -> None:
        """Serve on a thread; connections are accepted when this returns.

        :raises SetupError: it did not start.
        """
        ready = threading.Event()

        def run() -> None:
            with contextlib.suppress(SystemExit):
                self.serve(lambda _address: ready.set())
            ready.set()

        self._thread = threading.Thread(target=run, name="kassa-store-server", daemon=True)
        self._thread.start()
        ready.wait()
        if not self._server.started:
            raise SetupError(_("The store server did not start at {address}.", address=literal(self.address)))

    def stop(self) -> None:
        """Stop a server that :meth:`start` started, letting requests end; free the port of one that never was."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._socket.close()

    def _renew(self) -> None:
        """Look at the certificate twice a day; a new one is used for new connections at once."""
        clock = self._environment.clock
        while not clock.wait(self._stopping, _RENEWAL_EVERY_S):
            files = own_certificates(self._settings.folder / "tls", self._names, clock)
            context = self._server.config.ssl
            if context is not None:
                context.load_cert_chain(files.certificate, files.key)


def _membership(settings: Settings) -> Membership | None:
    """The headquarters that the store server of a data directory has joined."""
    membership = load_membership(settings.folder)
    if membership is not None and settings.role is Role.HEADQUARTERS:
        raise SetupError(
            _("This data directory is that of a store server that has joined a headquarters elsewhere."),
            kept=_("Nothing was started."),
            hint=_("Give headquarters a data directory of its own with --data-directory."),
            where=str(settings.folder),
        )
    return membership


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: on a socket of protocol 0 asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for an
    # acknowledgement of its own headers.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise SetupError(
            _("The store server cannot listen on {host}, port {port}.", host=literal(host), port=literal(str(port))),
            kept=_("Nothing was started."),
            hint=_("Is another one running? Choose another port with --port; 0 takes a free one."),
            where=str(error),
        ) from error
    return bound


def read_published(folder: Path) -> Published:
    """Where the server of ``folder`` was last started.

    :raises SetupError: it never was.
    """
    file = folder / ADDRESS_FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Published)
    except (OSError, msgspec.DecodeError) as error:
        raise SetupError(
            _("No store server has been started with this data directory."),
            kept=_("Nothing was changed."),
            hint=_("Start it first with: kassa server"),
            where=str(file),
        ) from error


def activation_text(
    folder: Path, code: str, address: str | None = None, serving: Published | StoreServerStatus | None = None
) -> ActivationCode:
    """The activation code with address and fingerprint, for a register to read.

    :param serving: the store server that takes the code; None: the one of ``folder``.
    """
    published = serving or read_published(folder)
    return ActivationCode(address or published.address, published.fingerprint, code)
