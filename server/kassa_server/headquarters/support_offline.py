"""*Support offline* on a register: its offline database becomes part of the store's channel database group, and data
packages are made for it; or it retires, once everything that the register had not delivered yet is in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from kassa.errors import NotFound
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.headquarters.changes import current_author
from kassa_server.master_data import put_rows
from kassa_server.record import touch_registers
from kassa_server.schema import channel_database, head, register, series, store
from kassa_server.schema.databases import ACTIVE, OFFLINE, RETIRED, RETIRING

_, n_ = texts("kassa_server")


def set_support_offline(connection: Connection, register_id: str, wanted: bool, now: datetime) -> str | None:
    """Switch *Support offline* of a register, with its offline database's entity, in the caller's transaction.

    Asking for what is so already changes nothing. The state of its offline database afterwards; None: it never had one.

    :raises NotFound: there is no such register.
    """
    mine = select(register.c.register_id, register.c.name, register.c.store_id, register.c.support_offline)
    row = connection.execute(mine.where(register.c.register_id == register_id)).first()
    if row is None:
        raise NotFound(_("There is no register {register}.", register=literal(register_id)))
    switched = put_rows(
        connection, register, [{"register_id": register_id, "support_offline": wanted}], store_id=row.store_id
    )
    entity = _entity(connection, register_id)
    if wanted and (entity is None or entity.state != ACTIVE):
        _activate(connection, row, now)
    elif not wanted and entity is not None and entity.state == ACTIVE:
        _put(connection, row, state=RETIRING, retiring_at=now)
    elif not switched:
        return None if entity is None else str(entity.state)
    audit.note(connection, "support_offline", now, register_id=register_id, wanted=wanted, author=current_author().name)
    touch_registers(connection, row.store_id, register_id)
    if not wanted:
        retire_when_in(connection, register_id, now)
    entity = _entity(connection, register_id)
    return None if entity is None else str(entity.state)


def retire_when_in(connection: Connection, register_id: str, now: datetime) -> bool:
    """Retire an offline database that is *retiring*, if nothing waits in its register any more; whether it did.

    That is known from the register's latest head: it came after the switch, and the entries up to it are all stored. A
    register that no device ever was has nothing to deliver.
    """
    entity = _entity(connection, register_id)
    if entity is None or entity.state != RETIRING or not _is_all_in(connection, register_id, entity.retiring_at):
        return False
    row = connection.execute(select(register).where(register.c.register_id == register_id)).one()
    _put(connection, row, state=RETIRED, retired_at=now)
    audit.note(connection, "offline_database_retired", now, register_id=register_id)
    return True


def _is_all_in(connection: Connection, register_id: str, since: datetime) -> bool:
    in_use = select(series.c.series_id, series.c.sequence)
    mine = (series.c.register_id == register_id) & series.c.closed_at.is_(None)
    return all(_has_delivered(connection, one, since) for one in connection.execute(in_use.where(mine)).all())


def _has_delivered(connection: Connection, one: Any, since: datetime) -> bool:
    latest = select(head.c.sequence, head.c.received_at).where(head.c.series_id == one.series_id, ~head.c.covered)
    row = connection.execute(latest).first()
    return row is not None and row.received_at > since and row.sequence == one.sequence


def _activate(connection: Connection, row: Any, now: datetime) -> None:
    _put(connection, row, state=ACTIVE, made_at=now, retiring_at=None, retired_at=None)


def _put(connection: Connection, row: Any, **values: Any) -> None:
    group = connection.execute(
        select(store.c.channel_database_group).where(store.c.store_id == row.store_id)
    ).scalar_one()
    known: dict[str, Any] = {
        "database_id": row.register_id,
        "kind": OFFLINE,
        "group_id": group,
        "register_id": row.register_id,
        "name": row.name,
    }
    put_rows(connection, channel_database, [known | values], store_id=row.store_id)


_ENTITY = select(channel_database).where(channel_database.c.database_id == bindparam("one"))


def _entity(connection: Connection, register_id: str) -> Row[Any] | None:
    return connection.execute(_ENTITY, {"one": register_id}).first()
