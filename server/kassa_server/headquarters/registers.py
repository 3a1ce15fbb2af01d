"""Registers as headquarters shows and changes them: one register with everything that belongs to it."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from kassa.errors import InvalidInput, NotFound
from kassa.model import EnabledPlugin
from kassa.text import literal, texts
from kassa_server.headquarters.offline_status import RegisterOfflineStatus, offline_statuses
from kassa_server.headquarters.returning_devices import returning_devices
from kassa_server.master_data import put_rows
from kassa_server.record import touch_registers
from kassa_server.schema import (
    channel_database,
    device,
    device_revocation,
    head,
    register,
    register_plugin,
    series,
    store,
)
from kassa_server.setup_store import DEFAULT_PLUGINS, put_plugins, put_register

_, n_ = texts("kassa_server")

_KEPT = _("Nothing was changed.")
_ID = re.compile(r"^[A-Za-z0-9._-]{1,40}$")
_PLUGIN = re.compile(r"^[a-z0-9_]{1,100}$")
_FORM = re.compile(r"^(0?\d{1,2})?$", re.ASCII)
"""How a number in a receipt number may be padded."""
_MASK_FIELDS = frozenset({"store", "terminal", "series", "counter"})
LARGEST_SETTINGS = 10_000


@dataclass(frozen=True)
class WholeRegister:
    """A register. ``database``: its offline database's entity, if it ever had one. ``returning``: devices that were
    activated after the backup that headquarters was restored from."""

    row: Row[Any]
    status: RegisterOfflineStatus
    plugins: tuple[EnabledPlugin, ...]
    devices: list[Row[Any]]
    series: list[Row[Any]]
    database: Row[Any] | None
    returning: list[Row[Any]]


def list_registers(connection: Connection, now: datetime) -> list[tuple[Row[Any], RegisterOfflineStatus]]:
    """Every register with its store's name and its status, by store."""
    statuses = {status.register_id: status for status in offline_statuses(connection, now)}
    ordered = _with_store().order_by(store.c.name, store.c.store_id, register.c.name, register.c.register_id)
    return [(row, statuses[row.register_id]) for row in connection.execute(ordered)]


def find_register(connection: Connection, register_id: str, now: datetime) -> WholeRegister:
    """A register.

    :raises NotFound: there is none.
    """
    row = _row(connection, register_id)
    (status,) = offline_statuses(connection, now, register_id=register_id)
    devices = select(
        device.c.device_id, device.c.name, device.c.activated_at, device.c.replaced_at, device_revocation.c.revoked_at
    ).outerjoin(device_revocation, device_revocation.c.device_id == device.c.device_id)
    of_series: Any = (
        select(series, head.c.received_at, head.c.unsent, head.c.sequence.label("told"))
        .outerjoin(head, (head.c.series_id == series.c.series_id) & ~head.c.covered)
        .where(series.c.register_id == register_id)
        .order_by(series.c.number.desc())
    )
    mine = channel_database.c.register_id == register_id
    return WholeRegister(
        row,
        status,
        plugins_of(connection, register_id),
        list(connection.execute(devices.where(device.c.register_id == register_id).order_by(device.c.activated_at))),
        list(connection.execute(of_series)),
        connection.execute(select(channel_database).where(mine)).first(),
        returning_devices(connection, register_id),
    )


def plugins_of(connection: Connection, register_id: str) -> tuple[EnabledPlugin, ...]:
    """The plugins that headquarters lists for a register, in order."""
    mine = register_plugin.c.register_id == register_id
    found = connection.execute(select(register_plugin).where(mine).order_by(register_plugin.c.position))
    return tuple(
        EnabledPlugin(row.name, row.required, msgspec.json.decode(row.settings, type=dict[str, Any])) for row in found
    )


def add_register(connection: Connection, register_id: str, store_id: str, name: str, now: datetime) -> None:
    """A new register with the usual plugins. It supports offline: that can be switched off.

    :raises InvalidInput: id or name cannot be used, or the id is taken.
    """
    if not _ID.match(register_id):
        raise InvalidInput(_("A register's id has letters, digits, points and dashes only, at most 40."), kept=_KEPT)
    _check_name(name)
    if connection.execute(select(register.c.register_id).where(register.c.register_id == register_id)).first():
        raise InvalidInput(_("There is a register {register} already.", register=literal(register_id)), kept=_KEPT)
    if connection.execute(select(store.c.store_id).where(store.c.store_id == store_id)).first() is None:
        raise InvalidInput(_("There is no store {store}.", store=literal(store_id[:40])), kept=_KEPT)
    put_register(connection, register_id, store_id, name, plugins=DEFAULT_PLUGINS, now=now)


def change_register(connection: Connection, register_id: str, name: str, receipt_mask: str) -> None:
    """Another name, or another form of receipt numbers; from the next synchronisation.

    :raises InvalidInput: one of them cannot be used.
    :raises NotFound: there is no such register.
    """
    row = _row(connection, register_id)
    _check_name(name)
    check_mask(receipt_mask)
    changed = {"register_id": register_id, "name": name, "receipt_mask": receipt_mask}
    if put_rows(connection, register, [changed], store_id=row.store_id):
        touch_registers(connection, row.store_id, register_id)


def set_plugins(connection: Connection, register_id: str, plugins: Sequence[EnabledPlugin]) -> None:
    """The plugins of a register, in the order in which they are loaded.

    :raises InvalidInput: a name is none, or is there twice.
    :raises NotFound: there is no such register.
    """
    _row(connection, register_id)
    names = [plugin.name for plugin in plugins]
    for name in names:
        if not _PLUGIN.match(name):
            raise InvalidInput(_("{name} is not the name of a plugin.", name=literal(name[:100] or "“”")), kept=_KEPT)
        if names.count(name) > 1:
            raise InvalidInput(_("Plugin {name} is there twice.", name=literal(name)), kept=_KEPT)
    put_plugins(connection, register_id, plugins)


def read_settings(name: str, typed: str) -> dict[str, Any]:
    """A plugin's settings out of what was typed.

    :raises InvalidInput: it is no JSON object.
    """
    try:
        if len(typed) > LARGEST_SETTINGS:
            raise ValueError("too long")
        return msgspec.json.decode(typed.encode() or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InvalidInput(
            _("The settings of {name} are no JSON object.", name=literal(name)),
            kept=_KEPT,
            hint=_("Such as {example}, or empty.", example=literal('{"limit": 10}')),
            where=str(error),
        ) from error


def check_mask(mask: str) -> None:
    """Whether receipt numbers can be made by a mask.

    :raises InvalidInput: they cannot, or two could be the same.
    """
    try:
        parts = [part for part in string.Formatter().parse(mask) if part[1] is not None]
        fields = {name for _text, name, form, conversion in parts if _FORM.match(form or "") and not conversion}
        sound = len(parts) == len(fields) and fields <= _MASK_FIELDS
        made = mask.format(store="0042", terminal="1", series=1, counter=1) if sound else ""
    except (ValueError, IndexError, KeyError):
        fields, made = set(), ""
    if not {"terminal", "series", "counter"} <= fields or not 0 < len(made) <= 60 or not made.isprintable():
        raise InvalidInput(
            _("Receipt numbers cannot be made of {mask}.", mask=literal(mask[:100])),
            kept=_KEPT,
            hint=_("It needs {fields}, such as {example}.", fields=literal("{terminal}, {series}, {counter}"),
                   example=literal("{store}-{terminal}-{series}-{counter:06}")),
        )  # fmt: skip


def _check_name(name: str) -> None:
    if not name or len(name) > 100 or not name.isprintable():
        raise InvalidInput(_("A register needs a name of at most {count} characters.", count=100), kept=_KEPT)


def _with_store() -> Any:
    return select(register, store.c.name.label("store_name"), store.c.currency).join(
        store, store.c.store_id == register.c.store_id
    )


def _row(connection: Connection, register_id: str) -> Row[Any]:
    row: Row[Any] | None = connection.execute(_with_store().where(register.c.register_id == register_id)).first()
    if row is None:
        raise NotFound(_("There is no register {register}.", register=literal(register_id)))
    return row
