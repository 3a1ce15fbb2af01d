"""Handlers of :mod:`kassa.requests.suspended`."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kassa.errors import NotFound
from kassa.model import Transaction
from kassa.requests.suspended import ListSuspended, RecallSale, Suspended, SuspendedSales, SuspendSale
from kassa.runtime.request import Handler, HandlerContext, Row, Side
from kassa.text import texts

_, n_ = texts("kassa")

TABLE = "suspended_sale"
LONGEST_LIST = 500


def suspend_sale(request: SuspendSale, context: HandlerContext) -> Suspended:
    """Put a sale aside."""
    now = context.environment.clock.utc()
    sale, caller = request.transaction, context.caller
    suspended = Suspended(sale.transaction_id, caller.register_id, now, request.label)
    row = {
        "transaction_id": sale.transaction_id,
        "store_id": context.store.store_id,
        "register_id": caller.register_id,
        "suspended_at": now.isoformat(),
        "label": request.label,
        "transaction": msgspec.json.encode(sale).decode(),
    }
    context.records.put(TABLE, row)
    return suspended


def recall_sale(request: RecallSale, context: HandlerContext) -> Transaction:
    """Take a suspended sale up: it is the asking register's and cashier's now. In a register without its store server
    only its own can be: another register may have taken up one of theirs.

    :raises NotFound: somebody has taken it up already, or it is another register's.
    """
    row = context.records.get(TABLE, request.transaction_id)
    if row is None or not _may_take_up(row, context):
        raise NotFound(
            _("That sale is not suspended here any more."),
            hint=_("Look at the list again: another register may have taken it up."),
        )
    context.records.remove(TABLE, request.transaction_id)
    sale = msgspec.json.decode(row["transaction"], type=Transaction)
    staff_id = context.caller.staff_id or sale.staff_id
    return msgspec.structs.replace(sale, register_id=context.caller.register_id, staff_id=staff_id)


def list_suspended(request: ListSuspended, context: HandlerContext) -> SuspendedSales:
    """The store's suspended sales, oldest first; in a register without its store server, its own."""
    where = {"store_id": context.store.store_id}
    if context.side is Side.REGISTER:
        where["register_id"] = context.caller.register_id
    rows = context.records.find(TABLE, limit=LONGEST_LIST, **where)
    sales = (
        Suspended(row["transaction_id"], row["register_id"], datetime.fromisoformat(row["suspended_at"]), row["label"])
        for row in rows
    )
    return SuspendedSales(tuple(sorted(sales, key=lambda sale: (sale.suspended_at, sale.transaction_id))))


def _may_take_up(row: Row, context: HandlerContext) -> bool:
    if row["store_id"] != context.store.store_id:
        return False
    return context.side is Side.STORE_SERVER or bool(row["register_id"] == context.caller.register_id)


HANDLERS: tuple[Handler, ...] = (
    Handler(SuspendSale, suspend_sale),
    Handler(RecallSale, recall_sale),
    Handler(ListSuspended, list_suspended),
)
