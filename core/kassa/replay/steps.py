"""What a cashier presses for one invoice, and how far a sale in progress has come.

Each step can be recognised in the sale as it stands, so that after a power loss the cashier looks at the screen and
goes on with the first step that is not done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from kassa.money import minor_unit
from kassa.replay.catalogue import Catalogue
from kassa.replay.invoices import CURRENCY, Invoice
from kassa.replay.paying import PAY_CASH, payments
from kassa.replay.rows import FileRow

SELL, TAKE_BACK, OVERRIDE_PRICE, SET_CUSTOMER, COMMENT = 100, 109, 104, 600, 501
LABEL = "Invoice "
"""A sale's comment (501) says which invoice of the file it is."""

Sale = Mapping[str, Any]


class Step(msgspec.Struct, frozen=True):
    """One operation.

    :param lines: how many of the sale's lines are complete once it is done.
    :param scan: whether it puts a line on the sale.
    :param done: whether a sale in progress shows that it is done.
    """

    operation: int
    parameters: dict[str, Any]
    lines: int
    done: Callable[[Sale], bool]
    scan: bool = False


def steps(invoice: Invoice, catalogue: Catalogue) -> tuple[Step, ...]:
    """Every step of the sale: customer and comment after its first line, payments at its end."""
    made: list[Step] = []
    for place, row in enumerate(invoice.rows):
        made += _line(row, place, catalogue)
        if place == 0:
            made += _about(invoice)
    return (*made, *_payments(invoice))


def first_not_done(of: tuple[Step, ...], sale: Sale) -> int:
    """Where to go on with ``sale``; every sale that is in progress has something left to do."""
    return next(index for index, step in enumerate(of) if not step.done(sale))


def _line(row: FileRow, place: int, catalogue: Catalogue) -> list[Step]:
    item = catalogue.items[row.item_number]
    price = None if row.unit_price == item.unit_price else row.unit_price
    operation = SELL if row.quantity > 0 else TAKE_BACK
    entered = {"code": item.barcode, "quantity": str(abs(row.quantity))}
    done = place if price is not None else place + 1
    scan = Step(operation, entered, done, lambda sale: len(sale["lines"]) > place, scan=True)
    if price is None:
        return [scan]
    override = Step(
        OVERRIDE_PRICE,
        {"price": str(price)},
        place + 1,
        lambda sale: len(sale["lines"]) > place and sale["lines"][place].get("price_override") is not None,
    )
    return [scan, override]


def _about(invoice: Invoice) -> list[Step]:
    named = Step(COMMENT, {"comment": LABEL + invoice.number}, 1, lambda sale: sale.get("comment") is not None)
    if invoice.customer_id is None:
        return [named]
    number = {"number": invoice.customer_id}
    return [Step(SET_CUSTOMER, number, 1, lambda sale: sale.get("customer") is not None), named]


def _payments(invoice: Invoice) -> list[Step]:
    """The last payment ends the sale: as long as there is a sale, it is not done."""
    count = len(invoice.rows)
    made = [
        Step(
            paid.operation,
            {"amount": str(abs(paid.tendered).quantize(minor_unit(CURRENCY)))},
            count,
            lambda sale, place=place: len(sale.get("payments", ())) > place,  # type: ignore[misc]
        )
        for place, paid in enumerate(payments(invoice))
    ]
    last = made.pop() if made else Step(PAY_CASH, {}, count, _never)
    return [*made, msgspec.structs.replace(last, done=_never)]


def _never(_sale: Sale) -> bool:
    return False
