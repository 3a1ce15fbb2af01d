"""Headquarters' orders to registers (rerun, cancel): here in a joined store server to be handed on with their lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from kassa.environment import Environment
from kassa.packages.listing import SessionOrder
from kassa_server.schema import session_order


def keep_orders(connection: Connection, environment: Environment, orders: Mapping[str, Sequence[SessionOrder]]) -> None:
    """Hold what headquarters wants of each register now: what is new is added, what it takes back is gone. An order
    that a register has carried out stays as it is, and headquarters hears of it with the register's report."""
    wanted = {order.order_id for given in orders.values() for order in given}
    known = {row.order_id: row.taken_at for row in connection.execute(select(session_order))}
    gone = [order_id for order_id, taken_at in known.items() if order_id not in wanted and taken_at is None]
    if gone:
        connection.execute(delete(session_order).where(session_order.c.order_id.in_(gone)))
    rows = [
        {
            "order_id": order.order_id,
            "database_id": register_id,
            "table_group": order.table_group,
            "package_id": order.package_id,
            "action": order.action,
            "author": "",
            "made_at": environment.clock.utc(),
            "taken_at": None,
        }
        for register_id, given in orders.items()
        for order in given
        if order.order_id not in known
    ]
    if rows:
        connection.execute(insert(session_order), rows)
