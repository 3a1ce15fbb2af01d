"""A receipt printer on the network, for tests: a real TCP server that takes ESC/POS, tells its state, dies when told.

::

    with ReceiptPrinter() as printer:
        settings = {"printer": {"kind": "network", "host": "127.0.0.1", "port": printer.port}}
        …
        printer.die_after(200)      # bytes of a document; the connection is reset, and nothing listens
        printer.come_back()

It is no picture of any make: it answers the real-time status requests (DLE EOT) and the paper sensor's (GS r), and
counts cuts and drawer pulses.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import suppress

from kassa.testing.wire import bound_socket

_QUESTION = re.compile(rb"\x10\x04([\x01-\x04])|\x1dr\x01", re.DOTALL)
_CUT, _PULSE, _START = b"\x1dV", b"\x1bp", b"\x1b@"
_CODES = re.compile(rb"\x1b@|\x1b[!EaMt{G-].?|\x1d[!BVkhwHf].?|\x1bp...|\x1bd.|\x1b[23J].?", re.DOTALL)
_FIXED = 0x12
"""Bits that are always set in an answer to DLE EOT."""


class ReceiptPrinter:
    """Listens on loopback. ``cover_open``, ``paper_out``, ``paper_low`` and ``silent`` are the test's to set."""

    def __init__(self) -> None:
        self.cover_open = self.paper_out = self.paper_low = self.silent = False
        self.received = b""
        """Everything that was sent to be printed."""
        self.connections = 0
        self._dies_after: int | None = None
        self._mutex = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening: socket.socket | None = bound_socket(0)
        self.port: int = self._listening.getsockname()[1]
        self._listen(self._listening)

    # -- what the test says and asks --------------------------------------------------------------------------------

    def switch_off(self) -> None:
        """Nothing listens; open connections are reset."""
        with self._mutex:
            listening, self._listening = self._listening, None
        if listening is not None:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for connection in list(self._open):
            _reset(connection)

    def come_back(self) -> None:
        """On again, at the same port, with paper and a closed cover."""
        self.cover_open = self.paper_out = self.silent = False
        self._dies_after = None
        if self._listening is None:
            self._listening = bound_socket(self.port)
            self._listen(self._listening)

    def die_after(self, count: int) -> None:
        """Switch off when so many bytes of a document have come."""
        self._dies_after = count

    @property
    def documents(self) -> list[str]:
        """The documents that were cut off, as text."""
        return [_as_text(part) for part in self.received.split(_CUT)[:-1]]

    @property
    def unfinished(self) -> str:
        """What came after the last cut."""
        return _as_text(self.received.split(_CUT)[-1][1:] if _CUT in self.received else self.received)

    @property
    def pulses(self) -> int:
        """How often the drawer was told to open."""
        return self.received.count(_PULSE)

    # -- threads ----------------------------------------------------------------------------------------------------

    def _listen(self, listening: socket.socket) -> None:
        listening.listen(5)
        threading.Thread(target=self._accept, args=(listening,), name="receipt-printer", daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), name="receipt-printer", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        came = 0
        with suppress(OSError):
            while data := connection.recv(4096):
                printed = _QUESTION.sub(b"", data)
                room = None if self._dies_after is None else max(0, self._dies_after - came)
                self.received += printed if room is None else printed[:room]
                came += len(printed)
                if room is not None and came >= (self._dies_after or 0) > 0 and printed:
                    self.switch_off()
                    break
                self._answer(connection, data)
        self._open.discard(connection)
        connection.close()

    def _answer(self, connection: socket.socket, data: bytes) -> None:
        if self.silent:
            return
        for question in _QUESTION.finditer(data):
            kind = question[1]
            if kind is None:
                answer = 0x0C if self.paper_low else 0
            elif kind == b"\x02":
                answer = _FIXED | (0x04 if self.cover_open else 0) | (0x20 if self.paper_out else 0)
            elif kind == b"\x04":
                answer = _FIXED | (0x0C if self.paper_low else 0) | (0x60 if self.paper_out else 0)
            else:
                answer = _FIXED | (0x08 if self.cover_open or self.paper_out else 0)
            connection.sendall(bytes([answer]))

    def close(self) -> None:
        """Stop."""
        self.switch_off()

    def __enter__(self) -> ReceiptPrinter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        connection.close()


def _as_text(data: bytes) -> str:
    """Commands taken out; letters as code page 437, which a printer begins with."""
    return _CODES.sub(b"", data).decode("cp437")
