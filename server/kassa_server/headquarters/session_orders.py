"""Rerun and cancel: what headquarters wants done about a session. The order goes with the register's next list, and is
given until the register says that it has it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from kassa.environment import Environment
from kassa.errors import NotAllowed, NotFound
from kassa.packages.listing import SessionOrder
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.headquarters.sessions import DownloadState
from kassa_server.schema import download_session, register, session_order

_, n_ = texts("kassa_server")
GIVEN_FOR = timedelta(days=30)
"""An order that no register has taken up in this time is forgotten."""
UPLOADS = ""
"""In place of a table group: the register's uploads."""
_OVER = frozenset({DownloadState.APPLIED, DownloadState.NO_DATA, DownloadState.CANCELED})


def rerun(connection: Connection, environment: Environment, database_id: str, table_group: str, *, author: str) -> str:
    """Have a database's table group tried again at once, whatever it failed of; one that is applied is loaded anew,
    whole. :data:`UPLOADS`: have the register deliver at once. The order's id.

    :param author: who wants it, for the audit.
    :raises NotFound: there is no such database, or no session of that table group.
    """
    _check_database(connection, database_id)
    package_id = ""
    if table_group != UPLOADS:
        session = _session(connection, database_id, table_group)
        package_id = session.package_id
        _set_state(connection, session, environment.clock.utc(), tries=0, dead=False)
    return _give(connection, environment, "rerun", (database_id, table_group, package_id), author)


def cancel(connection: Connection, environment: Environment, database_id: str, table_group: str, *, author: str) -> str:
    """Have a database leave the package alone that it is at: its table group stays as it is until there is another
    package. The order's id.

    :raises NotFound: there is no such database, or no session of that table group.
    :raises NotAllowed: it is over already, or it is about uploads.
    """
    _check_database(connection, database_id)
    if table_group == UPLOADS:
        raise NotAllowed(
            _("Sales are always delivered: an upload cannot be canceled."),
            hint=_("Have the register deliver at once with a rerun; what could not be posted is under Parked entries."),
        )
    session = _session(connection, database_id, table_group)
    if session.state in _OVER:
        raise NotAllowed(
            _("There is nothing to cancel: the session is {state}.", state=literal(session.state)),
            hint=_("Only what is on its way, or has failed, can be canceled."),
        )
    _set_state(connection, session, environment.clock.utc(), state=str(DownloadState.CANCELED), next_try_at=None)
    return _give(connection, environment, "cancel", (database_id, table_group, session.package_id), author)


def orders_for(connection: Connection, database_id: str, after: str = "") -> tuple[SessionOrder, ...]:
    """Orders that a register has not carried out yet, oldest first. ``after``: the last that it has."""
    orders = session_order.c
    wanted = (orders.database_id == database_id) & orders.taken_at.is_(None) & (orders.order_id > after)
    found = connection.execute(select(session_order).where(wanted).order_by(orders.order_id))
    return tuple(SessionOrder(row.order_id, row.action, row.table_group, row.package_id) for row in found)


def orders_taken(connection: Connection, database_id: str, last: str, now: datetime) -> None:
    """A register has carried out its orders up to ``last``."""
    if last:
        orders = session_order.c
        taken = (orders.database_id == database_id) & (orders.order_id <= last) & orders.taken_at.is_(None)
        connection.execute(update(session_order).where(taken).values(taken_at=now))


def purge_orders(connection: Connection, now: datetime) -> int:
    """Forget orders older than :data:`GIVEN_FOR`; how many."""
    return connection.execute(delete(session_order).where(session_order.c.made_at < now - GIVEN_FOR)).rowcount


def _give(
    connection: Connection,
    environment: Environment,
    action: Literal["rerun", "cancel"],
    about: tuple[str, str, str],
    author: str,
) -> str:
    database_id, table_group, package_id = about
    now, order_id = environment.clock.utc(), environment.new_id()
    row = {
        "order_id": order_id, "database_id": database_id, "table_group": table_group, "package_id": package_id,
        "action": action, "author": author[:100], "made_at": now, "taken_at": None,
    }  # fmt: skip
    # An order that was not taken yet and is about the same is replaced: the last word counts.
    same = (session_order.c.database_id == database_id) & (session_order.c.table_group == table_group)
    connection.execute(delete(session_order).where(same & session_order.c.taken_at.is_(None)))
    connection.execute(insert(session_order).values(row))
    audit.note(
        connection, f"session_{action}", now, register_id=database_id, order=order_id, table_group=table_group,
        package=package_id, author=author,
    )  # fmt: skip
    return order_id


def _check_database(connection: Connection, database_id: str) -> None:
    known = select(register.c.register_id).where(register.c.register_id == database_id)
    if connection.execute(known).first() is None:
        raise NotFound(_("There is no register {register}.", register=literal(database_id)))


def _session(connection: Connection, database_id: str, table_group: str) -> Row[Any]:
    sessions = download_session.c
    mine = (sessions.database_id == database_id) & (sessions.table_group == table_group) & sessions.current
    found = connection.execute(select(download_session).where(mine)).first()
    if found is None:
        raise NotFound(
            _("Register {register} has no session of table group {group}.",
              register=literal(database_id), group=literal(table_group)),
            hint=_("It begins one by itself as soon as it is online and there is data."),
        )  # fmt: skip
    return found


def _set_state(connection: Connection, session: Row[Any], now: datetime, **values: Any) -> None:
    own = (
        (download_session.c.database_id == session.database_id)
        & (download_session.c.table_group == session.table_group)
        & (download_session.c.package_id == session.package_id)
    )
    connection.execute(update(download_session).where(own).values(**values, updated_at=now))
