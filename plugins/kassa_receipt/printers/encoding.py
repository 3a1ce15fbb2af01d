"""Lines as ESC/POS, by python-escpos: the bytes that every printer of this kind takes, whatever it is connected by."""

from __future__ import annotations

from typing import Any

from kassa.devices import DeviceFailed
from kassa.text import texts
from kassa_receipt.lines import PrintedLine
from kassa_receipt.settings import Paper

_, n_ = texts("kassa_receipt")


def encode(lines: list[PrintedLine], paper: Paper, *, drawer: bool) -> bytes:
    """The document's bytes: the drawer opens first, as the customer waits for the change."""
    from escpos.printer import Dummy  # takes a while to import, and a register may have no printer

    printer = Dummy(profile=paper.profile)
    printer.hw("INIT")
    if drawer and paper.drawer:
        printer.cashdraw(paper.drawer_pin)
    for line in lines:
        if line.code is not None:
            _code(printer, line)
            continue
        size = {"double_width": True, "double_height": True} if line.large else {"normal_textsize": True}
        printer.set(align="left", bold=line.bold, **size)
        printer.textln(line.text)
    if paper.cut:
        printer.cut()
    else:
        printer.ln(4)
    return bytes(printer.output)


def _code(printer: Any, line: PrintedLine) -> None:
    assert line.code is not None
    printer.set(align="center", normal_textsize=True)
    if line.code.kind == "qr":
        printer.qr(line.code.data, native=True)
    else:
        # Not barcode(), which prints on the terminal which renderer it has chosen.
        printer._hw_barcode(f"{{B{line.code.data}", "CODE128", height=64, width=2, function_type="B")


def kick(paper: Paper) -> bytes:
    """What opens the drawer.

    :raises kassa.devices.DeviceFailed: none is connected to the printer.
    """
    from escpos.printer import Dummy

    if not paper.drawer:
        raise DeviceFailed(_("No cash drawer is connected to the printer."), hint=_("Open it with its key."))
    printer = Dummy(profile=paper.profile)
    printer.cashdraw(paper.drawer_pin)
    return bytes(printer.output)
