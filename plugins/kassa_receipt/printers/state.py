"""A printer's own word on its state: the answers to ESC/POS' real-time status requests (DLE EOT n)."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kassa.text import Text, texts

_, n_ = texts("kassa_receipt")

ASK_PRINTER, ASK_OFFLINE, ASK_PAPER = b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"
ASK_DONE = b"\x1dr\x01"
"""GS r 1: unlike the others it is answered in its turn, when everything before it has been printed."""

_OFFLINE, _COVER_OPEN, _PAPER_STOP, _ERROR = 0x08, 0x04, 0x20, 0x40
_PAPER_LOW, _PAPER_OUT = 0x0C, 0x60


class PrinterState(NamedTuple):
    """How a printer is, for the health check and the status header."""

    state: Literal["ready", "warning", "failed"]
    what: Text


READY = PrinterState("ready", _("ready"))
COVER_OPEN = PrinterState("failed", _("The printer's cover is open."))
PAPER_OUT = PrinterState("failed", _("The printer is out of paper."))
BROKEN = PrinterState("failed", _("The printer reports an error."))
OFFLINE = PrinterState("failed", _("The printer is offline."))
PAPER_LOW = PrinterState("warning", _("Paper runs low"))


def decode(printer: int, offline: int, paper: int) -> PrinterState:
    """The state from the answers to the three requests; what somebody must do first comes first."""
    if offline & _COVER_OPEN:
        return COVER_OPEN
    if offline & _PAPER_STOP or paper & _PAPER_OUT == _PAPER_OUT:
        return PAPER_OUT
    if offline & _ERROR:
        return BROKEN
    if printer & _OFFLINE:
        return OFFLINE
    return PAPER_LOW if paper & _PAPER_LOW else READY
