"""Devices that are trusted no more: a tablet that was lost, stolen or sold.

A revoked device is refused whatever it asks, in words that its screen shows. What it hands over of its journal is
stored and acknowledged like any other entry, so no sale is lost; it is parked (:data:`DEVICE_REVOKED`) and counts when
a person has accepted it, as whoever has the device could have made it up. What had come before counts as ever.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from kassa.errors import NotFound
from kassa.masterdata import upsert
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.channel import clock_of
from kassa_server.master_data import put_rows
from kassa_server.schema import (
    PARKED,
    WAITING,
    device,
    device_revocation,
    journal_entry,
    parked_entry,
    register,
    series,
)

_, n_ = texts("kassa_server")

DEVICE_REVOKED = "device_revoked: handed over by a device after headquarters had revoked it"
"""Why an entry is parked, until a person accepts it."""


def revoke_device(connection: Connection, register_id: str, *, by: str, device_id: str | None = None) -> str:
    """Trust a register's device no more; its id. There is no way back but to activate it again.

    :param device_id: which of the devices that have been this register; None: the one that is it now.
    :raises NotFound: there is no such register or device, or it is revoked already.
    """
    store_id = connection.execute(select(register.c.store_id).where(register.c.register_id == register_id)).scalar()
    if store_id is None:
        raise NotFound(_("There is no register {register}.", register=literal(register_id)))
    mine = device.c.register_id == register_id
    mine &= device.c.replaced_at.is_(None) if device_id is None else device.c.device_id == device_id
    trusted = device.c.device_id.not_in(select(device_revocation.c.device_id))
    found = connection.execute(select(device.c.device_id, device.c.name).where(mine, trusted)).first()
    if found is None:
        raise NotFound(
            _("Register {register} has no device that could be revoked.", register=literal(register_id)),
            kept=_("Nothing was changed."),
        )
    now = clock_of(connection).utc()
    row = {"device_id": found.device_id, "register_id": register_id, "revoked_at": now, "revoked_by": by}
    put_rows(connection, device_revocation, [row], store_id=store_id)
    audit.note(
        connection, "device_revoked", now, register_id=register_id, device=found.device_id, name=found.name, by=by
    )
    return str(found.device_id)


def is_revoked(connection: Connection, device_id: str) -> bool:
    """Whether a device is trusted no more."""
    wanted = device_revocation.c.device_id == device_id
    return connection.execute(select(device_revocation.c.device_id).where(wanted)).first() is not None


def hold_entries(connection: Connection, series_id: str, after: int, now: datetime) -> None:
    """Park the entries of a series past ``after`` that wait for posting: a revoked device has handed them over."""
    wanted = (journal_entry.c.series_id == series_id) & (journal_entry.c.sequence > after)
    wanted &= journal_entry.c.posting == WAITING
    found = connection.execute(select(journal_entry.c.entry_id).where(wanted)).scalars().all()
    if found:
        stones = [{"entry_id": one, "reason": DEVICE_REVOKED, "parked_at": now, "tries": 0} for one in found]
        upsert(connection, parked_entry, stones)
        connection.execute(update(journal_entry).where(wanted).values(posting=PARKED))


def held_registers(connection: Connection) -> dict[str, int]:
    """How many entries wait for somebody to accept them, by register."""
    found = (
        select(series.c.register_id, journal_entry.c.entry_id)
        .join(journal_entry, journal_entry.c.series_id == series.c.series_id)
        .join(parked_entry, parked_entry.c.entry_id == journal_entry.c.entry_id)
        .where(parked_entry.c.reason == DEVICE_REVOKED)
    )
    counted: dict[str, int] = {}
    for row in connection.execute(found):
        counted[row.register_id] = counted.get(row.register_id, 0) + 1
    return counted


def accept_entries(connection: Connection, register_id: str, *, by: str) -> int:
    """Let what a register's revoked devices have handed over be posted; how many entries.

    :raises NotFound: nothing of that register waits for it.
    """
    held = (
        select(parked_entry.c.entry_id)
        .join(journal_entry, journal_entry.c.entry_id == parked_entry.c.entry_id)
        .join(series, series.c.series_id == journal_entry.c.series_id)
        .where(series.c.register_id == register_id, parked_entry.c.reason == DEVICE_REVOKED)
    )
    count = len(connection.execute(held).all())
    if not count:
        raise NotFound(
            _("Nothing that a revoked device of {register} has handed over waits.", register=literal(register_id)),
            kept=_("Nothing was changed."),
        )
    mine = journal_entry.c.entry_id.in_(held)
    connection.execute(update(journal_entry).where(mine, journal_entry.c.posting == PARKED).values(posting=WAITING))
    now = clock_of(connection).utc()
    audit.note(connection, "revoked_device_accepted", now, register_id=register_id, entries=count, by=by)
    return count
