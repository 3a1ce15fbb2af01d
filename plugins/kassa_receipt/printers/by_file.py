"""A printer behind a file: a device such as ``/dev/usb/lp0``, or a file that grows."""

from __future__ import annotations

import os
from pathlib import Path

from kassa.devices import DeviceFailed
from kassa.text import Text, literal, texts
from kassa_receipt.lines import PrintedLine
from kassa_receipt.printers.encoding import encode, kick
from kassa_receipt.printers.state import READY, PrinterState
from kassa_receipt.settings import FilePrinter

_, n_ = texts("kassa_receipt")


class ByFile:
    """Writes at the end of the file. It cannot tell paper or cover."""

    def __init__(self, settings: FilePrinter) -> None:
        self.paper = settings
        self._path = Path(settings.path)

    def print_lines(self, lines: list[PrintedLine], *, drawer: bool) -> None:
        """Write the document."""
        self._write(encode(lines, self.paper, drawer=drawer))

    def open_drawer(self) -> None:
        """Write what opens it."""
        self._write(kick(self.paper))

    def check(self) -> PrinterState:
        """Whether it may be written to."""
        place = self._path if self._path.exists() else self._path.parent
        if os.access(place, os.W_OK):
            return READY
        return PrinterState("failed", self._cannot())

    def _cannot(self) -> Text:
        return _("The printer's file {path} cannot be written to.", path=literal(str(self._path)))

    def _write(self, data: bytes) -> None:
        begun = False
        try:
            with self._path.open("ab", buffering=0) as file:
                while data:
                    written = file.write(data)
                    begun, data = True, data[written:]
        except OSError as error:
            raise DeviceFailed(self._cannot(), where=str(error), begun=begun) from error
