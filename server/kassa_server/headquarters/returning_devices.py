"""Devices that were activated after the backup that the database was restored from.

Such a device is not known any more. It shows what it was given at its activation
(:mod:`kassa.activation_proof`), which proves that this headquarters has made it a register and that it has the key;
it is then listed, and an administrator admits it again. Its series goes on, and what the backup lacks of its journal
it delivers again. A store server that has joined a headquarters elsewhere signs no such proofs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from kassa.activation_proof import KIND, PATH, ActivationProof, Introduced, Introduction
from kassa.device import verify_request
from kassa.environment import Environment
from kassa.errors import DeviceNotTrusted, NotAllowed, NotFound
from kassa.masterdata import upsert
from kassa.packages.errors import ListNotTrusted
from kassa.packages.keys import verify_activation
from kassa.packages.listing import Signed
from kassa.protocol import ActivationRequest
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.answering import decoded
from kassa_server.channel import clock_of
from kassa_server.headquarters.keys import current_key_set, signing_key
from kassa_server.register_devices import close_register, open_series
from kassa_server.schema import device, register, returning_device, series

_, n_ = texts("kassa_server")


def prove_activation(
    connection: Connection, environment: Environment, opened: Row[Any], request: ActivationRequest
) -> Signed:
    """Headquarters' word for an activation. ``opened``: the device's row with the series that it opened."""
    proof = ActivationProof(
        opened.register_id,
        opened.device_id,
        request.public_key,
        hashlib.sha256(request.secret).hexdigest(),
        request.series,
        opened.number,
        opened.activated_at,
    )
    return signing_key(connection, environment).sign(KIND, proof)


def take_introduction(connection: Connection, headers: Mapping[str, str], body: bytes) -> Introduced:
    """Note a device that is not known, once it has proved who it is.

    :raises DeviceNotTrusted: the proof is not by a key of this headquarters, or the device has not its key.
    :raises NotFound: there is no such register here.
    """
    shown = decoded(body, Introduction)
    try:
        proof = verify_activation(shown.proof, current_key_set(connection))
    except ListNotTrusted as error:
        raise _not_trusted(error.where) from error
    verify_request(proof.public_key, headers, "POST", PATH, body)
    if hashlib.sha256(shown.secret).hexdigest() != proof.secret_sha256:
        raise _not_trusted("secret")
    if connection.execute(select(device.c.device_id).where(device.c.device_id == proof.device_id)).first():
        return Introduced(known=True)
    if connection.execute(select(register.c.name).where(register.c.register_id == proof.register_id)).first() is None:
        raise NotFound(_("There is no register {register}.", register=literal(proof.register_id)))
    row = {
        "device_id": proof.device_id,
        "register_id": proof.register_id,
        "name": shown.device_name[:100],
        "public_key": proof.public_key,
        "secret": shown.secret,
        "series_id": proof.series,
        "series_number": proof.series_number,
        "activated_at": proof.activated_at,
        "told_at": clock_of(connection).utc(),
    }
    upsert(connection, returning_device, [row])
    return Introduced(known=False)


def returning_devices(connection: Connection, register_id: str | None = None) -> list[Row[Any]]:
    """Devices that wait to be admitted again, of one register or all."""
    found = select(returning_device).order_by(returning_device.c.register_id, returning_device.c.series_number)
    if register_id is not None:
        found = found.where(returning_device.c.register_id == register_id)
    return list(connection.execute(found))


def admit_again(connection: Connection, register_id: str, *, by: str, device_id: str | None = None) -> str:
    """Admit a device again that was activated after the backup; its id. The device that the backup knows as the
    register is replaced; one that has been replaced since by a later one hands over its journal and no more.

    :param device_id: which of them; None: the one that was activated last.
    :raises NotFound: none of them waits.
    :raises NotAllowed: another device has been given its series number meanwhile.
    """
    waiting = [one for one in returning_devices(connection, register_id) if device_id in (None, one.device_id)]
    if not waiting:
        raise NotFound(
            _("No device of register {register} waits to be admitted again.", register=literal(register_id)),
            kept=_("Nothing was changed."),
        )
    one, now = waiting[-1], clock_of(connection).utc()
    mine = series.c.register_id == register_id
    taken = mine & (series.c.number == one.series_number)
    if connection.execute(select(series.c.number).where(taken)).first() is not None:
        raise NotAllowed(
            _("Another device of this register has been given the same series number meanwhile."),
            kept=_("Nothing was changed."),
            hint=_("Activate this device again, with a new code."),
        )
    highest = connection.execute(select(func.max(series.c.number)).where(mine)).scalar() or 0
    former = highest > one.series_number
    if not former:
        close_register(connection, register_id, now)
    facts = {name: getattr(one, name) for name in ("device_id", "register_id", "name", "public_key", "secret")}
    connection.execute(
        insert(device).values(**facts, activated_at=one.activated_at, replaced_at=now if former else None)
    )
    open_series(connection, register_id, one.device_id, (one.series_id, one.series_number), one.activated_at)
    if former:
        connection.execute(update(series).where(series.c.series_id == one.series_id).values(closed_at=now))
    connection.execute(delete(returning_device).where(returning_device.c.device_id == one.device_id))
    audit.note(
        connection, "device_admitted_again", now, register_id=register_id, device=one.device_id,
        series_number=one.series_number, by=by,
    )  # fmt: skip
    return str(one.device_id)


def _not_trusted(where: str) -> DeviceNotTrusted:
    return DeviceNotTrusted(
        _("The store server does not know this register's device."),
        hint=_("Go on selling offline, and have the register activated again."),
        where=where,
    )
