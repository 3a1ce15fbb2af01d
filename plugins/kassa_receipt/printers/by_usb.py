"""A printer on USB, by python-escpos and pyusb."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kassa.devices import DeviceFailed
from kassa.text import literal, texts
from kassa_receipt.lines import PrintedLine
from kassa_receipt.printers.encoding import encode, kick
from kassa_receipt.printers.state import READY, PrinterState
from kassa_receipt.settings import UsbPrinter

_, n_ = texts("kassa_receipt")


class ByUsb:
    """Opened for each document; a cable that was pulled is found out then. Its state beyond that is not asked."""

    def __init__(self, settings: UsbPrinter) -> None:
        self.paper = settings

    def print_lines(self, lines: list[PrintedLine], *, drawer: bool) -> None:
        """Print."""
        self._send(encode(lines, self.paper, drawer=drawer))

    def open_drawer(self) -> None:
        """Send what opens it."""
        self._send(kick(self.paper))

    def check(self) -> PrinterState:
        """Whether it is there."""
        try:
            with self._opened():
                return READY
        except DeviceFailed as error:
            return PrinterState("failed", error.what)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        name = literal(f"{self.paper.vendor}:{self.paper.product}")
        try:
            from escpos.printer import Usb

            printer = Usb(
                int(self.paper.vendor, 16),
                int(self.paper.product, 16),
                timeout=round(self.paper.timeout_s * 1000),
                profile=self.paper.profile,
            )
            printer.open()
        except Exception as error:  # libusb, pyusb and python-escpos each have their own, and no common one
            raise DeviceFailed(
                _("The receipt printer {name} is not found on USB.", name=name),
                hint=_("Is it on, and is its cable in?"), where=f"{type(error).__name__}: {error}",
            ) from error  # fmt: skip
        try:
            yield printer
        finally:
            printer.close()

    def _send(self, data: bytes) -> None:
        with self._opened() as printer:
            try:
                printer._raw(data)
            except Exception as error:
                raise DeviceFailed(_("The receipt printer stopped half-way."), where=str(error), begun=True) from error
