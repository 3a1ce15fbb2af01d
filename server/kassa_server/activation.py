"""Activation: one-time codes, and what they make: a device, and a new series of its register."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kassa.environment import Environment
from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.protocol import ActivationAnswer, ActivationRequest
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.channel import lock_row
from kassa_server.headquarters.keys import LISTS, PLUGINS, current_key_set, key_sets_after, signing_key
from kassa_server.headquarters.returning_devices import prove_activation
from kassa_server.headquarters.store_servers import store_server_of
from kassa_server.master_data import put_rows
from kassa_server.one_time_codes import code_hash, new_code
from kassa_server.record import read_record
from kassa_server.register_devices import close_register, highest_series, open_series
from kassa_server.schema import activation_code, device, register, series

_, n_ = texts("kassa_server")

VALID_FOR = timedelta(hours=24)
_KEY_BYTES = 32


def make_code(
    connection: Connection, environment: Environment, register_id: str, store_server: str | None = None
) -> str:
    """A new activation code for a register: 120 random bits in groups of four letters and digits, valid for a day.
    Only its hash is kept. Where the register's store has a store server that has joined this headquarters, the code is
    for that one's channel database alone and reaches it in a package.

    :param store_server: its name, where several serve the store.
    :raises NotFound: there is no such register, or store server.
    :raises NotAllowed: several store servers serve its store, and it is not known at which of them the register is.
    """
    store_id = connection.execute(select(register.c.store_id).where(register.c.register_id == register_id)).scalar()
    if store_id is None:
        raise NotFound(_("There is no register {register}.", register=literal(register_id)))
    code = new_code(environment)
    now = environment.clock.utc()
    row = {"code_hash": code_hash(code), "register_id": register_id, "made_at": now, "expires_at": now + VALID_FOR}
    row["series_after"] = highest_series(connection, register_id)
    serving = store_server_of(connection, register_id, store_server)
    row["database_id"] = None if serving is None else serving.database_id
    put_rows(connection, activation_code, [row], store_id=store_id)
    return code


def activate(
    connection: Connection, environment: Environment, request: ActivationRequest, database_id: str | None = None
) -> ActivationAnswer:
    """Make a device a register.

    A register that was active before is replaced: its device is not served any more, its series is closed at the last
    entry known, and what it still delivers of it is taken and shown. A code that the same key has used gets the same
    answer again: the first one may have been lost on the network.

    :param database_id: the channel database here, of a store server that has joined a headquarters elsewhere. A code is
        for one channel database, so no two store servers take the same one.
    :raises NotAllowed: the code is unknown, used or too old; which of these is not told.
    :raises InvalidInput: key, secret or series cannot be used.
    """
    _check(request)
    now = environment.clock.utc()
    code = lock_row(connection, select(activation_code).where(activation_code.c.code_hash == code_hash(request.code)))
    if code is None or code.expires_at <= now or code.database_id != database_id:
        raise _not_valid()
    if code.device_id is not None:
        return _again(connection, environment, code, request)
    lock_row(connection, select(register).where(register.c.register_id == code.register_id))
    close_register(connection, code.register_id, now)
    device_id = environment.new_id()
    connection.execute(
        insert(device).values(
            device_id=device_id,
            register_id=code.register_id,
            name=request.device_name[:100],
            public_key=request.public_key,
            secret=request.secret,
            activated_at=now,
        )
    )
    number = max(highest_series(connection, code.register_id), code.series_after) + 1
    open_series(connection, code.register_id, device_id, (request.series, number), now)
    used = activation_code.c.code_hash == code.code_hash
    connection.execute(update(activation_code).where(used).values(device_id=device_id))
    audit.note(connection, "activated", now, register_id=code.register_id, device=device_id, series_number=number)
    return _answer(connection, environment, device_id, request, database_id)


def _check(request: ActivationRequest) -> None:
    lengths = (len(request.public_key), len(request.secret))
    try:
        whole_series = len(bytes.fromhex(request.series)) * 2 == len(request.series) == 32
    except ValueError:
        whole_series = False
    if lengths != (_KEY_BYTES, _KEY_BYTES) or not whole_series:
        raise InvalidInput(_("The device's key cannot be used."), hint=_("Call support: the register needs an update."))


def _answer(
    connection: Connection,
    environment: Environment,
    device_id: str,
    request: ActivationRequest,
    database_id: str | None,
) -> ActivationAnswer:
    here = database_id is None
    for purpose in (LISTS, PLUGINS):
        if here and not key_sets_after(connection, 0, purpose):
            signing_key(connection, environment, purpose)  # made now: its public side is what the register pins
    facts = select(device.c.register_id, device.c.device_id, device.c.activated_at, series.c.number)
    mine = facts.join(series, series.c.device_id == device.c.device_id).where(series.c.series_id == request.series)
    opened: Any = connection.execute(mine.where(device.c.device_id == device_id)).one()
    proof = prove_activation(connection, environment, opened, request) if here else None
    record = read_record(connection, opened.register_id)
    keys, plugin_keys = (current_key_set(connection, purpose) for purpose in (LISTS, PLUGINS))
    return ActivationAnswer(device_id, opened.number, record, keys, plugin_keys, proof)


def _again(
    connection: Connection, environment: Environment, code: Row[Any], request: ActivationRequest
) -> ActivationAnswer:
    """The answer once more, for the device that has used the code."""
    own = connection.execute(select(device).where(device.c.device_id == code.device_id)).one()
    opened = connection.execute(
        select(series.c.number).where(series.c.series_id == request.series, series.c.device_id == own.device_id)
    ).scalar()
    if own.public_key != request.public_key or own.replaced_at is not None or opened is None:
        raise _not_valid()
    return _answer(connection, environment, own.device_id, request, code.database_id)


def _not_valid() -> NotAllowed:
    return NotAllowed(
        _("This activation code is not valid, or not any more."),
        kept=_("Nothing was changed."),
        hint=_("Make a new one with: kassa activation-code REGISTER"),
    )
