"""What every printer does, whatever it is connected by; and which one the settings name."""

from __future__ import annotations

from typing import Protocol

from kassa_receipt.lines import PrintedLine
from kassa_receipt.printers.state import PrinterState
from kassa_receipt.settings import AnyPrinter, FilePrinter, NetworkPrinter, Paper, SimulatedPrinter, UsbPrinter


class Printer(Protocol):
    """A printer. Every call may take as long as its time-out."""

    @property
    def paper(self) -> Paper:
        """Its settings."""

    def print_lines(self, lines: list[PrintedLine], *, drawer: bool) -> None:
        """Put lines on paper; they are there, as far as the printer can tell, when this returns.

        :raises kassa.devices.DeviceFailed: they are not; its ``begun`` tells whether a part of them may be.
        """

    def open_drawer(self) -> None:
        """Open the cash drawer.

        :raises kassa.devices.DeviceFailed: it was not told to.
        """

    def check(self) -> PrinterState:
        """How it is."""


def printer_of(settings: AnyPrinter) -> Printer | None:
    """The printer that the settings name; None: another plugin's. Nothing is opened yet."""
    from kassa_receipt.printers.by_file import ByFile
    from kassa_receipt.printers.by_network import ByNetwork
    from kassa_receipt.printers.by_usb import ByUsb
    from kassa_receipt.printers.simulator import Simulator

    match settings:
        case FilePrinter():
            return ByFile(settings)
        case NetworkPrinter():
            return ByNetwork(settings)
        case UsbPrinter():
            return ByUsb(settings)
        case SimulatedPrinter():
            return Simulator(settings)
        case _:
            return None
