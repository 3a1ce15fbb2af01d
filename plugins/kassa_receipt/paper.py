"""Documents on this register's paper, and as text."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from msgspec.structs import replace

from kassa.documents import Document, Words
from kassa.register.face import RegisterFace
from kassa.text import texts
from kassa_receipt.layout import layout_of
from kassa_receipt.lines import PrintedLine, as_text, lay_out
from kassa_receipt.printers.printer import Printer, printer_of
from kassa_receipt.settings import settings_of

_, n_ = texts("kassa_receipt")

WIDTH = 42
"""Of text for a message or a screen."""


def printer(register: RegisterFace) -> Printer | None:
    """The register's printer; None: it has none.

    :raises kassa.errors.SetupError: the settings cannot be used.
    """
    settings = settings_of(register).printer
    return None if settings is None else printer_of(settings)


def laid_out(document: Document, register: RegisterFace, width: int = WIDTH) -> list[PrintedLine]:
    """Its lines, in the language of the store's receipts and the store's time."""
    store = register.record.store
    return lay_out(document, width, layout_of(register).language or store.language, ZoneInfo(store.timezone))


def text_of(document: Document, register: RegisterFace) -> str:
    """It as plain text: for an e-mail, for a look on the screen."""
    return as_text(laid_out(document, register), WIDTH)


def electronic(receipt: Document) -> Document:
    """A receipt that is sent, not printed, says so (SKVFS 2014:9, 7 kap. 1 §)."""
    return replace(receipt, rows=(*receipt.rows, Words(_("Electronic receipt"), "center")))


def put_on_paper(document: Document, register: RegisterFace) -> bool | None:
    """Print it; None: there is no printer.

    :raises kassa.devices.DeviceFailed: it is not on paper, or not all of it.
    """
    device = printer(register)
    if device is None:
        return None
    device.print_lines(laid_out(document, register, device.paper.width), drawer=document.drawer)
    return True
