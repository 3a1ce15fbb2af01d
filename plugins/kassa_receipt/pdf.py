"""A document as PDF: the same lines as on paper, on a page as narrow as the paper, for a message to the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kassa.documents import Document
from kassa.errors import NOTHING_LOST, NotAvailable
from kassa.register.face import RegisterFace
from kassa.text import texts
from kassa_receipt.lines import PrintedLine
from kassa_receipt.paper import WIDTH, laid_out

if TYPE_CHECKING:
    from fpdf import FPDF

_, n_ = texts("kassa_receipt")
LETTERS = "windows-1252"
"""What the fonts that every reader of PDF has can write; a letter that is not among them becomes a question mark."""
SIZE, CELL, LINE, MARGIN = 9, 5.4, 12, 24
"""In points: letters, their width, from line to line, and the white around."""
CODE = 48


def pdf_of(document: Document, register: RegisterFace) -> bytes:
    """The document in the language of the store's receipts.

    :raises NotAvailable: the library for it is not installed (``kassa[pdf]``).
    """
    try:
        from fpdf import FPDF  # takes a while to import, and is an extra
    except ImportError as missing:
        raise NotAvailable(
            _("This register cannot make PDF files."), kept=NOTHING_LOST, hint=_("Call support: kassa[pdf] is missing.")
        ) from missing
    lines = laid_out(document, register)
    height = sum(_height(line) for line in lines) + 2 * MARGIN
    page = FPDF(unit="pt", format=(WIDTH * CELL + 2 * MARGIN, height))
    page.core_fonts_encoding = LETTERS
    page.set_auto_page_break(False)
    page.set_title(document.kind)
    page.set_creation_date(register.environment.clock.utc())
    page.add_page()
    top: float = MARGIN
    for line in lines:
        _draw(page, line, top)
        top += _height(line)
    return bytes(page.output())


def _height(line: PrintedLine) -> float:
    if line.code is not None:
        return CODE + LINE
    return LINE * 2 if line.large else LINE


def _draw(page: FPDF, line: PrintedLine, top: float) -> None:
    if line.code is not None:
        _code(page, line.code.kind, line.code.data, top)
        return
    size = SIZE * 2 if line.large else SIZE
    page.set_font("Courier", "B" if line.bold else "", size)
    page.text(MARGIN, top + size, line.text.encode(LETTERS, "replace").decode(LETTERS))


def _code(page: FPDF, kind: str, data: str, top: float) -> None:
    rows = _modules(kind, data)
    width = CODE / len(rows) if kind == "qr" else 1.0
    height = CODE / len(rows)
    left = (page.w - width * len(rows[0])) / 2
    for row, modules in enumerate(rows):
        for column, dark in enumerate(modules):
            if dark:
                page.rect(left + column * width, top + row * height, width, height, style="F")
    page.set_font("Courier", "", SIZE)
    page.text((page.w - len(data) * CELL) / 2, top + CODE + SIZE, data.encode(LETTERS, "replace").decode(LETTERS))


def _modules(kind: str, data: str) -> list[list[bool]]:
    """The code's dark fields, row by row, by the libraries that python-escpos brings."""
    if kind == "qr":
        import qrcode

        code: Any = qrcode.QRCode(border=0)
        code.add_data(data)
        return [list(row) for row in code.get_matrix()]
    import barcode

    (bars,) = barcode.get("code128", data).build()
    return [[bar == "1" for bar in bars]]
