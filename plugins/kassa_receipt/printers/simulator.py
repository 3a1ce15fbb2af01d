"""A simulated printer: what would be on paper, as text at the end of a file. It says that it is a simulator."""

from __future__ import annotations

from pathlib import Path

from kassa.devices import DeviceFailed
from kassa.text import literal, texts
from kassa_receipt.lines import PrintedLine, as_text
from kassa_receipt.printers.state import PrinterState
from kassa_receipt.settings import SimulatedPrinter

_, n_ = texts("kassa_receipt")

MARK = "[SIMULATED PRINTER]"
DRAWER = "[SIMULATED DRAWER OPENS]"


class Simulator:
    """Has no paper, so it cannot run out of it."""

    def __init__(self, settings: SimulatedPrinter) -> None:
        self.paper = settings

    def print_lines(self, lines: list[PrintedLine], *, drawer: bool) -> None:
        """Write the text, under a mark."""
        opened = f"{DRAWER}\n" if drawer and self.paper.drawer else ""
        self._write(f"{MARK}\n{opened}{as_text(lines, self.paper.width)}\n")

    def open_drawer(self) -> None:
        """Write that it opens."""
        self._write(f"{DRAWER}\n")

    def check(self) -> PrinterState:
        """Always the same."""
        return PrinterState("ready", _("simulated: nothing is printed"))

    def _write(self, text: str) -> None:
        try:
            with Path(self.paper.path).open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            path = literal(self.paper.path)
            raise DeviceFailed(
                _("The printer's file {path} cannot be written to.", path=path), where=str(error)
            ) from error
