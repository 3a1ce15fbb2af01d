"""The pictures of receipts in docs/screens: a sale, its copy, a return, X and Z, as a printer puts them on paper."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import barcode
from PIL import Image, ImageDraw, ImageFont

from kassa.documents import Document
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN, SMALL_STORE
from kassa_receipt.lines import PrintedLine
from kassa_receipt.paper import laid_out

SCREENS = Path(__file__).resolve().parents[1] / "docs" / "screens"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
WIDTH, CELL, LINE, MARGIN = 42, 12, 24, 24
LAYOUT = {
    "company": "Sarek Friluft AB",
    "organisation_number": "556000-0000",
    "address": ["Storgatan 1", "981 31 Kiruna"],
    "footer": ["Öppet köp i 30 dagar mot kvitto"],
}


def font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """A font whose letters are all ``CELL`` wide at size 20."""
    return ImageFont.truetype(str(FONTS / ("DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf")), size)


def draw(lines: list[PrintedLine], target: Path) -> None:
    """Paper with these lines on it."""
    heights = [60 if line.code is not None else LINE * (2 if line.large else 1) for line in lines]
    paper = Image.new("L", (WIDTH * CELL + 2 * MARGIN, sum(heights) + 2 * MARGIN), 250)
    pen, top = ImageDraw.Draw(paper), MARGIN
    for line, height in zip(lines, heights, strict=True):
        if line.code is not None:
            _draw_code(pen, line.code.data, top)
        else:
            letters = font(40 if line.large else 20, bold=line.bold)
            for place, letter in enumerate(line.text):
                pen.text((MARGIN + place * CELL * (2 if line.large else 1), top), letter, 20, letters)
        top += height
    paper.save(target, optimize=True)


def _draw_code(pen: ImageDraw.ImageDraw, data: str, top: int) -> None:
    (bars,) = barcode.get("code128", data).build()
    left = MARGIN + (WIDTH * CELL - len(bars) * 2) // 2
    for place, bar in enumerate(bars):
        if bar == "1":
            pen.rectangle((left + place * 2, top, left + place * 2 + 1, top + 32), fill=20)
    pen.text((MARGIN + (WIDTH * CELL - len(data) * 10) // 2, top + 36), data, 20, font(16, bold=False))


def store(language: str) -> dict[str, Any]:
    """The test kit's store with a receipt layout, shifts and a simulated control unit."""
    plugins = [
        {"name": "fiscal_simulator_se", "settings": {"organisation_number": LAYOUT["organisation_number"]}},
        {"name": "receipt", "settings": {"printer": {"kind": "simulator", "path": "/dev/null"}}},
        {"name": "shift"},
    ]
    registers = [{**one, "plugins": [*plugins, *one["plugins"]]} for one in SMALL_STORE["registers"]]
    place = {**SMALL_STORE["store"], "language": language, "receipt_layout": LAYOUT}
    return {**SMALL_STORE, "registers": registers, "store": place}


def trade(shop: Shop, register: Register) -> None:
    """A sale, its copy, a return, and the end of the shift."""
    shop.log_on(register, MANAGER, MANAGER_PIN)
    register.run(100, code=shop.barcode("1001"))
    milk = register.run(100, code=shop.barcode("1002"), quantity="3").data
    register.run(301, line_id=milk.line_id, percent="10")
    register.run(100, code=shop.barcode("1004"))
    register.run(302, amount="51.40")
    register.run(201, amount="500")
    number = register.run(200, amount="500").data.receipt_number
    register.run(115, receipt_number=number, action="reprint")
    register.run(109, code=shop.barcode("1005"))
    register.run(200)
    register.run(1000)
    register.run(1056)
    register.run(1055)


def documents(register: Register) -> dict[str, Document]:
    """What is printed of that, by name."""
    kinds = ("sale", "copy", "x_report", "z_report")
    entries = register.journal_entries(kinds=kinds)
    made = [(entry, register.devices.compose(entry)) for entry in entries]
    names = iter(("sale", "copy", "return", "x", "z"))
    return {next(names): document for _entry, document in made if document is not None}


def main() -> None:
    """Draw them in both languages."""
    for language in ("sv", "en"):
        with tempfile.TemporaryDirectory() as folder, Shop(Path(folder), store=store(language)) as shop:
            register = shop.open_register()
            trade(shop, register)
            for name, document in documents(register).items():
                draw(laid_out(document, register, WIDTH), SCREENS / f"receipt-{name}-{language}.png")


if __name__ == "__main__":
    main()
