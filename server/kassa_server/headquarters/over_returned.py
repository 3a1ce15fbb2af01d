"""Receipts of which more was taken back than was sold: at two registers at once, or twice while they were offline.

Worked out from what is posted, each time; what is posted stays as it is. Somebody asks the people who took it back.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from sqlalchemy import Connection, func, select

from kassa.money import ZERO
from kassa_server.schema import sales_line, sales_transaction


class OverReturned(msgspec.Struct, frozen=True):
    """An item of a receipt that was taken back more often than it was sold. ``register_id`` has sold it."""

    register_id: str
    receipt_number: str
    item_number: str
    description: str
    sold: Decimal
    returned: Decimal


def over_returned(connection: Connection) -> list[OverReturned]:
    """All of them, by receipt number."""
    line, sale = sales_line.c, sales_transaction.c
    counted = (sale.kind == "sale") & ~line.voided
    with_sale = sales_line.join(sales_transaction, sale.transaction_id == line.transaction_id)
    back = (
        select(line.return_of, line.item_number, func.sum(line.quantity).label("quantity"))
        .select_from(with_sale)
        .where(counted, line.return_of.is_not(None))
        .group_by(line.return_of, line.item_number)
        .subquery()
    )
    sold = (
        select(
            sale.register_id,
            sale.receipt_number,
            line.item_number,
            func.max(line.description).label("description"),
            func.sum(line.quantity).label("quantity"),
        )
        .select_from(with_sale)
        .where(counted, line.quantity > ZERO, sale.receipt_number.in_(select(back.c.return_of)))
        .group_by(sale.register_id, sale.receipt_number, line.item_number)
        .subquery()
    )
    of_both = (
        select(
            sold.c.register_id,
            sold.c.receipt_number,
            sold.c.item_number,
            sold.c.description,
            sold.c.quantity,
            back.c.quantity.label("back"),
        )
        .join(back, (back.c.return_of == sold.c.receipt_number) & (back.c.item_number == sold.c.item_number))
        .where(sold.c.quantity + back.c.quantity < ZERO)
        .order_by(sold.c.receipt_number, sold.c.item_number)
    )
    return [
        OverReturned(row.register_id, row.receipt_number, row.item_number, row.description, row.quantity, -row.back)
        for row in connection.execute(of_both)
    ]
