"""The poll: is there anything new for a register? Asked by each of them all day, so it costs next to nothing.

What a register may fetch (its list, headquarters' keys and orders, its record and staff, the store's own rows) is
named by one word, made of numbers that rise with every change. Row versions are given under a lock that is held until
the commit, so a word that is the same means that nothing was committed in between.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from kassa_server.headquarters.lists import EXPIRES_AFTER
from kassa_server.schema import headquarters_key_set, package_list, plugin_set, row_counter, session_order

_VERSION = select(row_counter.c.value).where(row_counter.c.name == "row_version").scalar_subquery()
_KEYS = select(func.max(headquarters_key_set.c.number)).scalar_subquery()
_OWN_LIST = (package_list.c.audience == "offline") & (package_list.c.scope == bindparam("own_scope"))
_OWN_ORDERS = (session_order.c.database_id == bindparam("own_database")) & session_order.c.taken_at.is_(None)
_OWN_PLUGINS = plugin_set.c.register_id == bindparam("own_database")
# Made once: to put it together takes as long as to run it.
_STATE = select(
    _VERSION.label("version"),
    _KEYS.label("keys"),
    select(func.max(session_order.c.order_id)).where(_OWN_ORDERS).scalar_subquery().label("last_order"),
    select(package_list.c.number).where(_OWN_LIST).scalar_subquery().label("number"),
    select(func.max(plugin_set.c.number)).where(_OWN_PLUGINS).scalar_subquery().label("plugins"),
    select(package_list.c.expires_at).where(_OWN_LIST).scalar_subquery().label("until"),
)


def poll_state(connection: Connection, register_id: str, store_id: str, now: datetime) -> str:
    """The word for everything that a register could fetch now; empty if its list is due to be made or renewed."""
    row = connection.execute(_STATE, {"own_scope": store_id, "own_database": register_id}).one()
    if row.until is None or row.until - now < EXPIRES_AFTER / 2:
        return ""
    return f"{row.version or 0}.{row.number}.{row.keys or 0}.{row.last_order or ''}.{row.plugins or ''}"
