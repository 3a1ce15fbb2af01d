"""A printer on the network, by python-escpos: asked how it is before a document, and whether it is done after it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kassa.devices import DeviceFailed
from kassa.text import texts
from kassa_receipt.lines import PrintedLine
from kassa_receipt.printers.encoding import encode, kick
from kassa_receipt.printers.state import (
    ASK_DONE,
    ASK_OFFLINE,
    ASK_PAPER,
    ASK_PRINTER,
    OFFLINE,
    READY,
    PrinterState,
    decode,
)
from kassa_receipt.settings import NetworkPrinter

_, n_ = texts("kassa_receipt")


class ByNetwork:
    """Connects anew for each document, as such printers serve one register at a time."""

    def __init__(self, settings: NetworkPrinter) -> None:
        self.paper = settings

    def print_lines(self, lines: list[PrintedLine], *, drawer: bool) -> None:
        """Print, and wait until the printer says that it is done."""
        data = encode(lines, self.paper, drawer=drawer)
        with self._connected() as printer:
            if self.paper.status:
                self._must_work(printer)
            self._send(printer, data)

    def open_drawer(self) -> None:
        """Send what opens it."""
        with self._connected() as printer:
            self._send(printer, kick(self.paper))

    def check(self) -> PrinterState:
        """What the printer itself says."""
        try:
            with self._connected() as printer:
                return self._state(printer) if self.paper.status else READY
        except DeviceFailed as error:
            return PrinterState("failed", error.what)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        from escpos.printer import Network

        address = (self.paper.host, self.paper.port)
        try:
            # Not by python-escpos: its own leaves the socket open when nobody listens, and knows no IPv6.
            connection = socket.create_connection(address, self.paper.timeout_s)
        except OSError as error:
            raise DeviceFailed(
                _("The receipt printer cannot be reached."), hint=_("Is it on, and is its cable in?"),
                where="{}:{}: {}".format(*address, error),
            ) from error  # fmt: skip
        printer = Network(*address, self.paper.timeout_s, profile=self.paper.profile)
        printer.device = connection
        try:
            yield printer
        finally:
            printer.close()

    def _must_work(self, printer: Any) -> None:
        state = self._state(printer)
        if state.state == "failed":
            raise DeviceFailed(state.what)

    def _state(self, printer: Any) -> PrinterState:
        try:
            answers = [printer.query_status(question) for question in (ASK_PRINTER, ASK_OFFLINE, ASK_PAPER)]
        except OSError as error:
            raise DeviceFailed(_("The receipt printer does not answer."), where=str(error)) from error
        if not all(answers):
            return OFFLINE
        return decode(*(answer[-1] for answer in answers))

    def _send(self, printer: Any, data: bytes) -> None:
        """A printer that is gone half-way has printed a part, or everything: only its answer at the end would tell."""
        try:
            printer._raw(data)
            done = not self.paper.status or printer.query_status(ASK_DONE)
        except OSError as error:
            raise DeviceFailed(_("The receipt printer stopped half-way."), where=str(error), begun=True) from error
        if not done:
            raise DeviceFailed(_("The receipt printer stopped half-way."), where="no answer at the end", begun=True)
