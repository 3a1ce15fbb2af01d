"""P-0001 at headquarters: what store servers send of their registers' journals, taken in by the same rule as what
registers deliver (:mod:`kassa_server.intake`).

Devices and series are facts that never change once known, but for their closing; entries are bytes under their hash.
A series belongs to the channel database that told of it first: no other store server adds to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kassa.device import SignedHead, verify_head
from kassa.errors import KassaError, NotAllowed, Refusal
from kassa.journal.entry import GENESIS
from kassa.masterdata import upsert
from kassa.protocol import unpack_head
from kassa.text import literal, texts
from kassa_server.answers import message_of
from kassa_server.channel import lock_row
from kassa_server.commands import ANSWERED
from kassa_server.headquarters.channel_door import JoinedServer
from kassa_server.headquarters.channel_messages import (
    ChannelBatch,
    ConflictKey,
    DeviceFacts,
    HeadFacts,
    KeptConflict,
    SeriesFacts,
    SeriesPosition,
)
from kassa_server.headquarters.device_revocations import hold_entries, is_revoked
from kassa_server.heads import keep_told_head
from kassa_server.intake import Posting, Taken, take_entries
from kassa_server.schema import command_answer, device, journal_conflict, register, series

_, n_ = texts("kassa_server")


def take_facts(connection: Connection, caller: JoinedServer, told: SeriesFacts, now: datetime) -> SeriesPosition:
    """Keep what a store server tells of a series, and say how far headquarters is with it. One that is not taken is
    answered with the refusal, and the others go on."""
    try:
        with connection.begin_nested():
            own = _keep_series(connection, caller, told)
            _keep_heads(connection, own, told.heads, now)
    except Refusal as refusal:
        return SeriesPosition(told.series, refusal=message_of(refusal))
    return SeriesPosition(
        told.series,
        own.sequence,
        bytes(own.hash).hex(),
        _missing(connection, told),
    )


def take_channel_batch(
    connection: Connection, caller: JoinedServer, sent: ChannelBatch, now: datetime, post: Posting | None = None
) -> Taken:
    """Store what is new of a batch and acknowledge it.

    :param post: posts what is new at once, if nothing of the series waits that came before it.
    :raises NotAllowed: headquarters does not know the series as this store server's: tell of it first.
    """
    own = _own_series(connection, caller, sent.batch.series)
    if own is None:
        raise NotAllowed(_("Headquarters does not know this series yet."), where=sent.batch.series[:40])
    held = is_revoked(connection, own.device_id)
    taken = take_entries(connection, own, sent.batch, now, post, store_id=own.store_id, held=held)
    if held:
        hold_entries(connection, own.series_id, own.sequence, now)
    _keep_heads(connection, own, sent.heads, now)
    return taken


def take_conflicts(connection: Connection, caller: JoinedServer, conflicts: Sequence[KeptConflict]) -> int:
    """Keep entries in conflict beside the chains, as the store server does; how many are kept now."""
    kept = 0
    for one in conflicts:
        if _own_series(connection, caller, one.series) is None:
            continue
        row = {name: getattr(one, name) for name in KeptConflict.__struct_fields__ if name != "series"}
        upsert(connection, journal_conflict, [{"series_id": one.series, **row}])
        kept += 1
    return kept


def _own_series(connection: Connection, caller: JoinedServer, series_id: str) -> Row[Any] | None:
    here = series.c.device_id == device.c.device_id
    wanted = (series.c.series_id == series_id) & (device.c.served_by == caller.database_id)
    if connection.execute(select(series.c.series_id).join(device, here).where(wanted)).first() is None:
        return None
    public_key = select(device.c.public_key).where(here).scalar_subquery().label("public_key")
    its_register = register.c.register_id == series.c.register_id
    store_id = select(register.c.store_id).where(its_register).scalar_subquery().label("store_id")
    return lock_row(connection, select(series, public_key, store_id).where(series.c.series_id == series_id))


def _keep_series(connection: Connection, caller: JoinedServer, told: SeriesFacts) -> Row[Any]:
    _keep_device(connection, caller, told.register_id, told.device)
    own = _own_series(connection, caller, told.series)
    if own is None:
        _open_series(connection, told)
        own = _own_series(connection, caller, told.series)
        assert own is not None
    if (own.register_id, own.number, own.device_id) != (told.register_id, told.number, told.device.device_id):
        raise _contradiction(told.series)
    ended = {"closed_at": told.closed_at, "closed_sequence": told.closed_sequence, "behind_at": told.behind_at}
    if any(getattr(own, name) != value for name, value in ended.items()):
        connection.execute(update(series).where(series.c.series_id == told.series).values(ended))
    return own


def _keep_device(connection: Connection, caller: JoinedServer, register_id: str, told: DeviceFacts) -> None:
    known = connection.execute(select(device).where(device.c.device_id == told.device_id)).first()
    ended = {"replaced_at": told.replaced_at}
    if known is None:
        _check_register(connection, caller, register_id)
        facts: dict[str, Any] = {
            "device_id": told.device_id,
            "name": told.name,
            "public_key": told.public_key,
            "secret": b"",
        }
        facts |= {"register_id": register_id, "activated_at": told.activated_at, "served_by": caller.database_id}
        connection.execute(insert(device).values(**facts, **ended))
        return
    same = (known.register_id, bytes(known.public_key), known.served_by)
    if same != (register_id, told.public_key, caller.database_id):
        raise _contradiction(told.device_id)
    if any(getattr(known, name) != value for name, value in ended.items()):
        connection.execute(update(device).where(device.c.device_id == told.device_id).values(ended))


def _check_register(connection: Connection, caller: JoinedServer, register_id: str) -> None:
    found = connection.execute(select(register.c.store_id).where(register.c.register_id == register_id)).scalar()
    if found not in caller.stores:
        raise NotAllowed(
            _("Register {register} belongs to none of this store server's stores.", register=literal(register_id)),
            hint=_("Look in headquarters which store the register is in."),
            where=register_id,
        )


def _open_series(connection: Connection, told: SeriesFacts) -> None:
    taken = (series.c.register_id == told.register_id) & (series.c.number == told.number)
    if connection.execute(select(series.c.series_id).where((series.c.series_id == told.series) | taken)).first():
        raise _contradiction(f"{told.register_id} series {told.number}")
    facts = {"register_id": told.register_id, "device_id": told.device.device_id, "number": told.number}
    row = {"series_id": told.series, **facts, "opened_at": told.opened_at, "sequence": 0, "hash": GENESIS}
    connection.execute(insert(series).values(row))


def _contradiction(where: str) -> NotAllowed:
    return NotAllowed(
        _("This contradicts what headquarters knows of the register. Nothing was changed."),
        hint=_("Call support: a store server's database was restored or copied."),
        where=where[:100],
    )


def _keep_heads(connection: Connection, own: Row[Any], heads: Sequence[HeadFacts], now: datetime) -> None:
    """Keep heads whose signature is the device's own; others say nothing."""
    for told in heads:
        try:
            verify_head(bytes(own.public_key), told.packed, told.signature)
            signed = SignedHead(unpack_head(told.packed), told.packed, told.signature)
        except (KassaError, ValueError):
            continue
        if signed.head.series == own.series_id:
            keep_told_head(connection, signed, min(told.received_at, now))


def _missing(connection: Connection, told: SeriesFacts) -> tuple[ConflictKey, ...]:
    if not told.conflicts:
        return ()
    mine = select(journal_conflict.c.sequence, journal_conflict.c.hash).where(
        journal_conflict.c.series_id == told.series
    )
    known = {ConflictKey(*row) for row in connection.execute(mine)}
    return tuple(key for key in told.conflicts if key not in known)


def commands_done(connection: Connection, caller: JoinedServer, awaited: Sequence[str]) -> dict[str, int]:
    """Which of these commands are done here, and by which row version."""
    if not awaited:
        return {}
    mine = command_answer.c.store_id.in_(caller.stores) & (command_answer.c.fate == ANSWERED)
    found = select(command_answer.c.command_id, command_answer.c.version).where(
        mine, command_answer.c.command_id.in_(awaited)
    )
    return {row.command_id: row.version for row in connection.execute(found)}
