"""Printers by themselves: what goes to a file, what is said of one that is not there, what a status means."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kassa.devices import DeviceFailed
from kassa.documents import Code
from kassa_receipt.lines import PrintedLine
from kassa_receipt.printers.printer import printer_of
from kassa_receipt.printers.state import BROKEN, COVER_OPEN, OFFLINE, PAPER_LOW, PAPER_OUT, READY, PrinterState, decode
from kassa_receipt.settings import AnyPrinter, FilePrinter, NetworkPrinter, UsbPrinter

LINES = [
    PrintedLine("Räksmörgås à 89,00 kr"),
    PrintedLine("KOPIA", bold=True, large=True),
    PrintedLine("", code=Code("S1-R1-1-000001")),
    PrintedLine("", code=Code("S1-R1-1-000001", "qr")),
]


def test_a_file_grows_by_escpos(tmp_path: Path) -> None:
    """Each document is added: a drawer pulse, letters of the printer's code page, both codes, a cut."""
    path = tmp_path / "printer.bin"
    printer = printer_of(FilePrinter(path=str(path)))
    assert printer is not None
    printer.print_lines(LINES, drawer=True)
    first = path.read_bytes()
    printer.print_lines(LINES, drawer=False)
    second = path.read_bytes()[len(first) :]
    assert "Räksmörgås".encode("cp437") in first
    assert (first.count(b"\x1bp"), second.count(b"\x1bp")) == (1, 0)
    assert first.count(b"\x1dk") == 1, "code 128"
    assert first.count(b"\x1d(k") > 0, "QR"
    assert first.count(b"\x1dV") == second.count(b"\x1dV") == 1


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (FilePrinter(path="/nowhere/printer"), "/nowhere/printer cannot be written to"),
        (NetworkPrinter(host="127.0.0.1", port=free_port()), "cannot be reached"),
        (UsbPrinter(vendor="04b8", product="0e15"), "04b8:0e15 is not found on USB"),
        (UsbPrinter(vendor="not hexadecimal", product="0e15"), "not found on USB"),
    ],
)
def test_a_printer_that_is_not_there_is_explained(settings: AnyPrinter, words: str) -> None:
    """In words, with nothing printed, to whoever prints, opens the drawer, or checks."""
    printer = printer_of(settings)
    assert printer is not None
    with pytest.raises(DeviceFailed, match=words) as failed:
        printer.print_lines(LINES, drawer=False)
    assert not failed.value.begun
    with pytest.raises(DeviceFailed, match=words):
        printer.open_drawer()
    state = printer.check()
    assert state.state == "failed"
    assert words in str(state.what)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ((0x12, 0x12, 0x12), READY),
        ((0x1A, 0x16, 0x12), COVER_OPEN),
        ((0x1A, 0x32, 0x72), PAPER_OUT),
        ((0x1A, 0x12, 0x72), PAPER_OUT),
        ((0x1A, 0x52, 0x12), BROKEN),
        ((0x1A, 0x12, 0x12), OFFLINE),
        ((0x12, 0x12, 0x1E), PAPER_LOW),
        ((0x1A, 0x36, 0x7E), COVER_OPEN),
    ],
)
def test_what_a_printer_answers(answers: tuple[int, int, int], state: PrinterState) -> None:
    """The bits of DLE EOT 1, 2 and 4, as Epson's reference has them; the cover comes before the paper."""
    assert decode(*answers) == state
