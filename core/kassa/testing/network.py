"""The network between register and store server, in the test's hands: a real TCP proxy on loopback.

::

    with Network(server_address) as network:
        gateway = RemoteGateway(network.address, …)
        network.freeze()        # from now on, for open connections too
        network.pass_through()

What a fault holds back is held, not lost: it goes on when the network passes again. The faults that answer by
themselves (:meth:`Network.status_503`, :meth:`Network.captive_portal`, :meth:`Network.wrong_json`) and those that look
for the end of an answer need plain HTTP; the others carry TLS as well.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from kassa.testing.wire import Wire, bound_socket

PATIENCE_S = 10.0


@dataclass(frozen=True)
class Fault:
    """What the network does now.

    :param kind: ``pass``, ``refuse``, ``freeze``, ``drip``, ``drop_answer``, ``reply``, ``slow``, ``reset``,
        ``close_after_answer`` or ``stale``.
    :param seconds: of a delay.
    :param reply: the whole HTTP response, for ``reply``.
    :param once: over after it has struck once.
    """

    kind: str = "pass"
    seconds: float = 0.0
    reply: bytes = b""
    once: bool = False


class Network:
    """A proxy to ``upstream`` (an address such as ``http://127.0.0.1:8080``) that fails as it is told.

    Faults are switched at any moment, from any thread, and strike open connections too. ``upstream`` may be changed
    while it runs: a store server that was started again elsewhere.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.connections = 0
        """How many connections were made."""
        self.from_register = 0
        """Bytes that came from the register's side."""
        self._changed = threading.Condition()
        self._fault = Fault()
        self._closed = False
        self._wires: set[Wire] = set()
        self._socket = bound_socket(0)
        self.port: int = self._socket.getsockname()[1]
        self._listen()

    @property
    def address(self) -> str:
        """Where the register finds the store server: this proxy."""
        return f"{urlsplit(self.upstream).scheme}://127.0.0.1:{self.port}"

    @property
    def fault(self) -> Fault:
        """What the network does now."""
        return self._fault

    # -- what the test says ----------------------------------------------------------------------------------------

    def pass_through(self) -> None:
        """Everything passes; what was held back goes on."""
        self._set(Fault())

    def refuse(self) -> None:
        """Nothing listens: open connections are reset, new ones refused."""
        self._set(Fault("refuse"))

    def freeze(self) -> None:
        """Connections are accepted and nothing more happens."""
        self._set(Fault("freeze"))

    def drip(self, seconds: float = 0.05) -> None:
        """Answers come a byte at a time, ``seconds`` apart."""
        self._set(Fault("drip", seconds))

    def drop_answer(self, *, once: bool = False) -> None:
        """The server gets the request and acts; the connection closes instead of its answer. With TLS only on
        connections that are open already."""
        self._set(Fault("drop_answer", once=once))

    def status_503(self) -> None:
        """Something in between answers 503."""
        self.reply(503, b"<html>Service Unavailable</html>")

    def captive_portal(self, status: int = 200) -> None:
        """A log on page of the network answers, with status 200 or 404."""
        self.reply(status, b"<html><body>Welcome to the free network. Please log on.</body></html>")

    def wrong_json(self) -> None:
        """Something answers with JSON of its own, in Kassa's content type."""
        headers = b"Content-Type: application/vnd.kassa+json\r\nKassa-Protocol: 2\r\n"
        self.reply(200, b'{"answer": {"hello": ["world"', headers)

    def reply(self, status: int, body: bytes, headers: bytes = b"Content-Type: text/html\r\n") -> None:
        """Something in between answers each request with this."""
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n".encode()
        self._set(Fault("reply", reply=head + headers + b"\r\n" + body))

    def slow(self, seconds: float) -> None:
        """Each answer comes ``seconds`` later."""
        self._set(Fault("slow", seconds))

    def reset(self) -> None:
        """Open connections are reset, and new ones at their first byte."""
        self._set(Fault("reset"))

    def close_after_answer(self) -> None:
        """Each connection closes just after its answer, although it said that it would be kept."""
        self._set(Fault("close_after_answer", 0.02))

    def stale(self) -> None:
        """A connection that has carried an answer turns out to be dead at its next request; fresh ones work."""
        self._set(Fault("stale"))

    def until_contacted(self, connections: int = 1) -> None:
        """Block until so many connections have been made, and a byte has come over them.

        :raises TimeoutError: they do not come.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self.connections >= connections and self.from_register, PATIENCE_S):
                raise TimeoutError(f"{self.connections} of {connections} connections")

    # -- for the wires ---------------------------------------------------------------------------------------------

    def wait(self, fault: Fault, seconds: float | None = None) -> bool:
        """Wait while ``fault`` is in force, at most ``seconds``; whether it is in force still."""
        with self._changed:
            self._changed.wait_for(lambda: self._fault is not fault or self._closed, seconds)
            return self._fault is fault

    @property
    def closed(self) -> bool:
        """Whether the test has ended."""
        return self._closed

    def note_bytes(self, count: int) -> None:
        """So many bytes came from the register's side."""
        with self._changed:
            self.from_register += count
            self._changed.notify_all()

    def struck(self, fault: Fault) -> None:
        """``fault`` has done its work on a wire."""
        if fault.once and self._fault is fault:
            self._set(Fault())

    def ended(self, wire: Wire) -> None:
        """``wire`` is closed."""
        with self._changed:
            self._wires.discard(wire)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _set(self, fault: Fault) -> None:
        with self._changed:
            before, self._fault = self._fault, fault
            wires = list(self._wires)
            self._changed.notify_all()
        if fault.kind == "refuse":
            self._stop_listening()
            self._socket = bound_socket(self.port)  # bound and not listening: the port stays ours, and refuses
        elif before.kind == "refuse":
            self._listen()
        if fault.kind in ("refuse", "reset"):
            for wire in wires:
                wire.reset()
            for wire in wires:
                wire.join()

    def _listen(self) -> None:
        self._socket.listen(128)
        self._accepting = threading.Thread(target=self._accept, name="test-network", daemon=True)
        self._accepting.start()

    def _stop_listening(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _peer = self._socket.accept()
            except OSError:
                return
            wire = Wire(self, near)
            with self._changed:
                self._wires.add(wire)
                self.connections += 1
            wire.start()

    def close(self) -> None:
        """Close everything."""
        with self._changed:
            self._closed = True
            wires = list(self._wires)
            self._changed.notify_all()
        self._stop_listening()
        for wire in wires:
            wire.close()
        for wire in wires:
            wire.join()

    def __enter__(self) -> Network:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
