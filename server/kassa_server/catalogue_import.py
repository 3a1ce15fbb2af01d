"""Importing a catalogue from CSV: all of it in one transaction, or nothing and every fault named.

The file is UTF-8 (with or without byte order mark), its delimiter a comma, semicolon or tab; the first line names the
columns, in any order. Other columns are passed over.

=============  ==========  ============================================================================
column         needed      what
=============  ==========  ============================================================================
item_number    yes         at most 40 letters, digits and signs; each once in the file
description    yes         at most 200 letters
unit_price     yes         0 or more, at most four decimals, comma or point; with tax as the store says
tax_code       yes         one that is set up
barcode        no          several separated by spaces; each at one item only. EAN and UPC check digits are checked
unit           no          at most 10 letters; ``pcs`` where it is empty
=============  ==========  ============================================================================

Items that are not in the file stay as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from biip.checksums import gs1_standard_check_digit
from sqlalchemy import Connection, select

from kassa.errors import InvalidInput
from kassa.money import read_number
from kassa.schema.master import tax_code
from kassa.text import literal, texts
from kassa_server.setup_store import NewItem, put_items

_, n_ = texts("kassa_server")

NEEDED = ("item_number", "description", "unit_price", "tax_code")
LONGEST = {"item_number": 40, "description": 200, "barcode": 400, "unit": 10}
LONGEST_BARCODE = 40
SHOWN = 20
"""Faults that are named one by one; of more only the number is told."""
_CHECKED = {8, 12, 13, 14}
"""Lengths of all-digit barcodes that carry a check digit."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, where. ``line`` counts from 1, the line of column names."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.what}"


class ImportRefused(InvalidInput):
    """A catalogue that was not imported; :attr:`faults` in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        more = f"\n… and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        super().__init__(
            n_("{count} fault in the file.", "{count} faults in the file.", count=len(faults)),
            kept=_("Nothing was imported."),
            hint=_("Correct them and import the file again."),
            where="\n".join(str(fault) for fault in faults[:SHOWN]) + more,
        )
        self.faults = faults


def import_catalogue(connection: Connection, content: bytes) -> int:
    """Import a catalogue within the caller's transaction; how many items it has.

    :raises ImportRefused: anything is wrong with it; nothing was written.
    """
    known = set(connection.execute(select(tax_code.c.tax_code)).scalars())
    items = read_catalogue(content, known)
    put_items(connection, items)
    return len(items)


def read_catalogue(content: bytes, tax_codes: set[str]) -> list[NewItem]:
    """The items of a CSV file.

    :param tax_codes: those that are set up.
    :raises ImportRefused: with every fault of the file.
    """
    reader = _reader(content)
    faults = [Fault(1, name, "the column is missing") for name in NEEDED if name not in (reader.fieldnames or ())]
    if faults:
        raise ImportRefused(faults)
    book = _Book(tax_codes)
    try:
        for row in reader:
            book.read(reader.line_num, row)
    except csv.Error as error:
        book.faults.append(Fault(reader.line_num + 1, "-", str(error)))
    if not book.items and not book.faults:
        book.faults.append(Fault(1, NEEDED[0], "there are no items below the column names"))
    if book.faults:
        raise ImportRefused(book.faults)
    return book.items


def _reader(content: bytes) -> csv.DictReader[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ImportRefused([Fault(line, "-", "the file is not UTF-8")]) from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise ImportRefused([Fault(1, "-", str(error))]) from error
    return reader


class _Book:
    """Reads rows, gathers items and faults."""

    def __init__(self, tax_codes: set[str]) -> None:
        self.items: list[NewItem] = []
        self.faults: list[Fault] = []
        self._tax_codes = tax_codes
        self._numbers: dict[str, int] = {}
        self._barcodes: dict[str, int] = {}

    def read(self, line: int, row: Mapping[str, str | None]) -> None:
        """One row; an empty one is passed over."""
        cells = {name: (row.get(name) or "").strip() for name in (*NEEDED, "barcode", "unit")}
        if not any(cells.values()):
            return
        found = list(self._faults(line, cells))
        self.faults += found
        if found:
            return
        self.items.append(
            NewItem(
                cells["item_number"],
                cells["description"],
                _price(cells["unit_price"]),
                cells["tax_code"],
                tuple(cells.get("barcode", "").split()),
                cells.get("unit") or "pcs",
            )
        )

    def _faults(self, line: int, cells: Mapping[str, str]) -> Iterator[Fault]:
        for name in NEEDED:
            if not cells[name]:
                yield Fault(line, name, "it is empty")
        for name, longest in LONGEST.items():
            if len(cells.get(name, "")) > longest:
                yield Fault(line, name, f"longer than {longest} letters")
        yield from self._once(line, "item_number", cells["item_number"], self._numbers)
        for code in cells.get("barcode", "").split():
            yield from self._once(line, "barcode", code, self._barcodes)
            if not _is_barcode(code):
                yield Fault(line, "barcode", f"{code} is no barcode, or its check digit is wrong")
        if cells["tax_code"] and cells["tax_code"] not in self._tax_codes:
            yield Fault(line, "tax_code", f"there is no tax code {cells['tax_code']}")
        if cells["unit_price"]:
            yield from self._price_fault(line, cells["unit_price"])

    def _once(self, line: int, column: str, value: str, seen: dict[str, int]) -> Iterator[Fault]:
        if value and seen.setdefault(value, line) != line:
            yield Fault(line, column, f"{value} is in line {seen[value]} already")

    def _price_fault(self, line: int, entered: str) -> Iterator[Fault]:
        try:
            _price(entered)
        except InvalidInput:
            yield Fault(line, "unit_price", f"{entered[:20]} is no price of 0 or more with at most four decimals")


def _price(entered: str) -> Decimal:
    price = read_number(entered)
    if price < 0:
        raise InvalidInput(_("A price is not below zero: {price}.", price=literal(entered)))
    return price


def _is_barcode(code: str) -> bool:
    if not code.isascii() or len(code) > LONGEST_BARCODE:
        return False
    if code.isdecimal() and len(code) in _CHECKED:
        return gs1_standard_check_digit(code[:-1]) == int(code[-1])
    return True
