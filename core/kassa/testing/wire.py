"""One connection through the test's network: two threads that carry bytes, and do to them what the fault says."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from kassa.testing.network import Fault, Network

_CHUNK = 65536
_LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)


class Wire:
    """A connection from the register (``near``) and, once bytes pass, the one to the store server (``far``)."""

    def __init__(self, network: Network, near: socket.socket) -> None:
        self._network = network
        self._near = near
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._far: socket.socket | None = None
        self._answered = False
        self._closed = False
        self._lock = threading.Lock()
        self._running = 0
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to carry."""
        self._run(self._to_server, "test-wire-out")

    def _run(self, carry: Callable[[], None], name: str) -> None:
        def run() -> None:
            try:
                carry()
            finally:
                self._leave()

        with self._lock:
            self._running += 1
            thread = threading.Thread(target=run, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _leave(self) -> None:
        """The last thread closes the sockets: closed under another one, its number may be a new socket's already."""
        with self._lock:
            self._running -= 1
            last = self._running == 0
        if last:
            self._near.close()
            if self._far is not None:
                self._far.close()
            self._network.ended(self)

    def join(self) -> None:
        """Wait for its threads."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(5)

    # -- register to server ----------------------------------------------------------------------------------------

    def _to_server(self) -> None:
        try:
            while chunk := self._near.recv(_CHUNK):
                self._network.note_bytes(len(chunk))
                if not self._outward(chunk):
                    return
            if self._far is not None:
                self._far.shutdown(socket.SHUT_WR)
                return
        except OSError:
            pass
        self.close()

    def _outward(self, chunk: bytes) -> bool:
        """Pass on what the register sent; False: this wire is done for."""
        fault = self._thawed()
        if self._network.closed or fault.kind in ("reset", "refuse"):
            self.reset()
            return False
        if fault.kind == "stale" and self._answered:
            self.close()
            return False
        if fault.kind == "reply":
            self._reply(chunk, fault)
            return False
        if self._far is None:
            self._far = self._connect()
            self._run(self._to_register, "test-wire-in")
        if self._closed:
            self.close()
            return False
        self._far.sendall(chunk)
        return True

    def _connect(self) -> socket.socket:
        parts = urlsplit(self._network.upstream)
        far = socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), timeout=5)
        far.settimeout(None)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return far

    def _reply(self, request: bytes, fault: Fault) -> None:
        """Answer in the server's place, once the whole request is here."""
        while not _is_whole(request):
            chunk = self._near.recv(_CHUNK)
            if not chunk:
                break
            request += chunk
        self._near.sendall(fault.reply)
        self._near.shutdown(socket.SHUT_WR)
        self.close()

    # -- server to register ----------------------------------------------------------------------------------------

    def _to_register(self) -> None:
        far = self._far
        assert far is not None
        try:
            while chunk := far.recv(_CHUNK):
                if not self._inward(chunk, far):
                    break
        except OSError:
            pass
        self._thawed()
        self.close()

    def _inward(self, chunk: bytes, far: socket.socket) -> bool:
        """Pass on what the server answered; False: this wire is done for."""
        fault = self._thawed()
        if fault.kind == "drop_answer":
            self.close()
            self._network.struck(fault)
            return False
        if fault.kind == "slow":
            self._network.wait(fault, fault.seconds)
            self._thawed()
        while fault.kind == "drip" and chunk:
            self._near.sendall(chunk[:1])
            chunk = chunk[1:]
            if not self._network.wait(fault, fault.seconds):
                fault = self._thawed()
        self._answered = True  # before whoever reads it can ask again
        self._near.sendall(chunk)
        return not (fault.kind == "close_after_answer" and self._is_over(far, fault.seconds))

    def _is_over(self, far: socket.socket, quiet_s: float) -> bool:
        """Whether nothing more of this answer comes."""
        far.settimeout(quiet_s)
        try:
            far.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            far.settimeout(None)
        return False

    # -- both ------------------------------------------------------------------------------------------------------

    def _thawed(self) -> Fault:
        """The fault in force, after any frost."""
        while (fault := self._network.fault).kind == "freeze" and not self._network.closed:
            self._network.wait(fault)
        return fault

    def reset(self) -> None:
        """Reset the register's side, as a machine that has lost its memory does."""
        with suppress(OSError):
            self._near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._near.shutdown(socket.SHUT_RD)  # wakes our own reader and tells the other side nothing
        self._end(self._far)

    def close(self) -> None:
        """Close both sides."""
        self._end(self._near, self._far)

    def _end(self, *sides: socket.socket | None) -> None:
        self._closed = True
        for side in sides:
            if side is not None:
                with suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def bound_socket(port: int) -> socket.socket:
    """A socket bound to ``port`` on loopback (0: a free one), not listening."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound
