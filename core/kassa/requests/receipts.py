"""A receipt as it was sold, and what has been taken back of it: for returns by receipt (114)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from kassa.model import Transaction
from kassa.runtime.request import Query
from kassa.sale.totals import Totals

OF_LINE = "return_of_line"
"""In ``Line.extra`` of a line that takes something back by its receipt: the id of the line that it was sold on."""


class ReturnedLine(msgspec.Struct, frozen=True):
    """A line that has taken something back: how many, and what was given back for it, both without a sign."""

    line_id: str
    of_line: str
    quantity: Decimal
    amount: Decimal


class SoldReceipt(msgspec.Struct, frozen=True):
    """A finished sale with its amounts, and the lines that have taken something of it back since."""

    receipt_number: str
    at: datetime
    transaction: Transaction
    totals: Totals
    returned: tuple[ReturnedLine, ...] = ()


class FindReceipt(Query[SoldReceipt], frozen=True):
    """The sale with that receipt number, of whatever register the store server has it. Answered by the store server
    alone; refused with ``not_found`` if it has none."""

    NAME: ClassVar[str] = "kassa.find_receipt"
    ANSWER: ClassVar[Any] = SoldReceipt
    SEES_OWN_ROWS: ClassVar[bool] = False

    receipt_number: str


def returned_lines(transaction: Transaction, totals: Totals, receipt_number: str) -> list[ReturnedLine]:
    """The lines of a transaction that take something of that receipt back."""
    amounts = {each.line_id: each for each in totals.lines}
    included = transaction.tax_included
    return [
        ReturnedLine(
            line.line_id,
            line.extra[OF_LINE],
            -line.quantity,
            -(amounts[line.line_id].net + (0 if included else amounts[line.line_id].tax)),
        )
        for line in transaction.sold_lines
        if line.return_of == receipt_number and OF_LINE in line.extra
    ]
