"""Handler of :mod:`kassa.requests.inventory`: what was counted, less what was sold after it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Connection, false, func, select

from kassa.money import ZERO
from kassa.requests.inventory import FindInventory, Inventory, StoreInventory
from kassa.schema.master import inventory
from kassa_server.schema import sales_line, sales_transaction, store

if TYPE_CHECKING:
    from kassa_server.server_handlers import ServerContext

MOST = 100


def find_inventory(request: FindInventory, context: ServerContext) -> Inventory:
    """What each store has of an item."""
    connection, own = context.connection, context.store.store_id
    statement = (
        select(inventory, store.c.name)
        .join(store, store.c.store_id == inventory.c.store_id)
        .where(inventory.c.item_number == request.item_number)
        .order_by(inventory.c.store_id)
        .limit(MOST)
    )
    stores = [
        StoreInventory(
            row.store_id,
            row.name,
            row.quantity - _sold_since(connection, row.store_id, request.item_number, row.counted_on),
            row.counted_on,
        )
        for row in connection.execute(statement)
    ]
    return Inventory(request.item_number, tuple(sorted(stores, key=lambda one: one.store_id != own)))


def _sold_since(connection: Connection, store_id: str, item_number: str, counted_on: str) -> Decimal:
    """Sold less returned, on the days after the count."""
    line, sale = sales_line.c, sales_transaction.c
    counted = (sale.kind == "sale") & (line.voided == false())
    after = (sale.store_id == store_id) & (sale.business_date > date.fromisoformat(counted_on))
    statement = (
        select(func.sum(line.quantity))
        .join(sales_transaction, sale.transaction_id == line.transaction_id)
        .where(counted, after, line.item_number == item_number)
    )
    return connection.execute(statement).scalar() or ZERO
