"""Reading a file of invoice lines: strictly, and with errors that name line and column.

The columns are those of the *Online Retail* data set as ``data/README.md`` lists them, in any order, in UTF-8.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TextIO

import msgspec

from kassa.errors import InvalidInput
from kassa.money import LARGEST_AMOUNT, LARGEST_QUANTITY, PRICE_SCALE
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")

COLUMNS = ("invoice", "stock_code", "description", "quantity", "invoiced_at", "unit_price", "customer_id", "country")

_INVOICE = re.compile(r"[A-Z]?\d{1,12}")
_QUANTITY = re.compile(r"(-?\d{1,9})(?:\.0+)?")
_PRICE = re.compile(rf"-?\d{{1,10}}(?:\.\d{{1,{PRICE_SCALE}}})?")
_CUSTOMER = re.compile(r"(\d{1,12}|[0-9A-Za-z-]{1,40})(?:\.0+)?")
_LONGEST_CODE = 40
_LONGEST_DESCRIPTION = 200
_SHOWN = 40


class FileRow(msgspec.Struct, frozen=True):
    """One row of the file, as it stands there; ``line`` counts from 1, the line of headings included.

    ``item_number`` is the stock code without spaces around it and in capitals: the file writes one item as ``85123A``
    and as ``85123a``.
    """

    line: int
    invoice: str
    stock_code: str
    description: str
    quantity: int
    invoiced_at: datetime
    unit_price: Decimal
    customer_id: str | None
    country: str

    @property
    def item_number(self) -> str:
        """The number of the item in the shop."""
        return self.stock_code.strip().upper()

    @property
    def amount(self) -> Decimal:
        """Price times quantity, unrounded."""
        return self.unit_price * self.quantity


def read_rows(file: Path) -> tuple[FileRow, ...]:
    """Every row of ``file``, in its order.

    :raises InvalidInput: it cannot be read; the error names line and column, and nothing has been done.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return tuple(_rows(_Lines(stream, file)))
    except OSError as error:
        what = _("The file {file} cannot be opened.", file=literal(str(file)))
        raise _refused(what, file, str(error)) from error
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        what = _("Line {line} is not UTF-8.", line=str(line))
        raise _refused(what, file, str(error), _("Save the file as UTF-8.")) from error


def _rows(lines: _Lines) -> Iterator[FileRow]:
    columns: list[str] | None = None
    for fields in lines:
        if columns is None:
            columns = _headings(fields, lines)
        elif fields:
            if len(fields) != len(columns):
                raise lines.refused(
                    _("Line {line} has {found} columns instead of {wanted}.", line=str(lines.line), found=len(fields),
                      wanted=len(columns))
                )  # fmt: skip
            yield _row(dict(zip(columns, fields, strict=True)), lines)
    if columns is None:
        raise lines.refused(_("The file is empty."))


class _Lines:
    """Lines of a CSV file, counted, with errors that say where."""

    def __init__(self, stream: TextIO, file: Path) -> None:
        self._reader = csv.reader(stream, strict=True)
        self._file = file
        self.line = 0

    def __iter__(self) -> Iterator[list[str]]:
        while True:
            self.line = self._reader.line_num + 1
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                what = _("Line {line} is no line of a CSV file.", line=str(self.line))
                raise _refused(what, self._file, str(error)) from error
            yield fields

    def refused(self, what: Text) -> InvalidInput:
        return _refused(what, self._file, f"{self._file}:{self.line}")

    def wrong(self, column: str, value: str, wanted: Text) -> InvalidInput:
        what = _(
            "Line {line}, column {column}: “{value}” is not {wanted}.",
            line=str(self.line), column=literal(column), value=literal(value[:_SHOWN]), wanted=wanted,
        )  # fmt: skip
        return _refused(what, self._file, f"{self._file}:{self.line}")


def _headings(fields: list[str], lines: _Lines) -> list[str]:
    found = [field.strip() for field in fields]
    missing = [column for column in COLUMNS if column not in found]
    unknown = [column for column in found if column not in COLUMNS]
    if missing:
        raise lines.refused(_("Line 1 has no column {columns}.", columns=literal(", ".join(missing))))
    if unknown or len(found) != len(COLUMNS):
        strangers = ", ".join(unknown or found)
        raise lines.refused(_("Line 1 has columns that are not understood: {columns}.", columns=literal(strangers)))
    return found


def _row(fields: Mapping[str, str], lines: _Lines) -> FileRow:
    return FileRow(
        line=lines.line,
        invoice=_matching(_INVOICE, fields, "invoice", _("an invoice number"), lines, upper=True),
        stock_code=_code(fields["stock_code"], lines),
        description=" ".join(fields["description"].split())[:_LONGEST_DESCRIPTION],
        quantity=_quantity(fields, lines),
        invoiced_at=_time(fields["invoiced_at"], lines),
        unit_price=_price(fields, lines),
        customer_id=_customer(fields, lines),
        country=fields["country"].strip()[:60],
    )


def _matching(
    pattern: re.Pattern[str],
    fields: Mapping[str, str],
    column: str,
    wanted: Text,
    lines: _Lines,
    *,
    upper: bool = False,
) -> str:
    value = fields[column].strip()
    found = pattern.fullmatch(value.upper() if upper else value)
    if found is None:
        raise lines.wrong(column, value, wanted)
    return found[1] if pattern.groups else found[0]


def _code(value: str, lines: _Lines) -> str:
    code = " ".join(value.split())
    if not code or len(code) > _LONGEST_CODE:
        raise lines.wrong("stock_code", value, _("a stock code"))
    return code


def _quantity(fields: Mapping[str, str], lines: _Lines) -> int:
    wanted = _("a whole quantity of at most {largest}", largest=int(LARGEST_QUANTITY))
    quantity = int(_matching(_QUANTITY, fields, "quantity", wanted, lines))
    if abs(quantity) > LARGEST_QUANTITY:
        raise lines.wrong("quantity", fields["quantity"], wanted)
    return quantity


def _price(fields: Mapping[str, str], lines: _Lines) -> Decimal:
    wanted = _("a price with a decimal point and at most four decimals")
    price = Decimal(_matching(_PRICE, fields, "unit_price", wanted, lines))
    if abs(price) > LARGEST_AMOUNT:
        raise lines.wrong("unit_price", fields["unit_price"], wanted)
    return price


def _time(value: str, lines: _Lines) -> datetime:
    wanted = _("a local time such as 2010-12-01T08:26")
    try:
        time = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise lines.wrong("invoiced_at", value, wanted) from error
    if time.tzinfo is not None or len(value.strip()) < len("2010-12-01T08:26"):
        raise lines.wrong("invoiced_at", value, wanted)
    return time


def _customer(fields: Mapping[str, str], lines: _Lines) -> str | None:
    if not fields["customer_id"].strip():
        return None
    return _matching(_CUSTOMER, fields, "customer_id", _("a customer number"), lines)


def _refused(what: Text, file: Path, where: str, hint: Text | None = None) -> InvalidInput:
    return InvalidInput(what, kept=_("Nothing was played."), hint=hint or _FORMAT, where=where)


_FORMAT = _("The file must have the columns {columns}.", columns=literal(", ".join(COLUMNS)))
