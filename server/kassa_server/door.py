"""Who is at the door: the device's signature and its journal's head, checked before anything else is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from kassa.device import SignedHead, verify_request
from kassa.errors import DeviceNotTrusted
from kassa.protocol import DEVICE_HEADER
from kassa.runtime.request import RequestContext
from kassa.text import texts
from kassa_server.schema import device, device_revocation, register, series

_, n_ = texts("kassa_server")


@dataclass(frozen=True)
class Caller:
    """A device that has proved who it is.

    :param replaced: another device is the register now; its journal is still taken, nothing else.
    :param revoked: headquarters trusts the device no more; likewise, and what it hands over waits for a person.
    :param secret: keys the PIN verifiers of this register.
    """

    device_id: str
    register_id: str
    store_id: str
    replaced: bool
    revoked: bool
    signed: SignedHead
    secret: bytes

    def __repr__(self) -> str:
        return f"Caller(device_id={self.device_id!r}, register_id={self.register_id!r})"


def admit(
    connection: Connection,
    headers: Mapping[str, str],
    target: tuple[str, str],
    body: bytes,
    *,
    handing_over: bool = False,
) -> Caller:
    """The device that sent a request.

    :param target: method and path.
    :param handing_over: admit a device that is revoked, or not the register any more, so that what it sold is not lost.
    :raises DeviceNotTrusted: unknown, revoked or replaced, served by another store server, or not signed by it.
    """
    row = _find(connection, headers.get(DEVICE_HEADER, ""))
    if row is None or row.served_by is not None:
        raise _unknown()
    signed = verify_request(row.public_key, headers, *target, body)
    if signed.head.register_id != row.register_id or not _owns(connection, row.device_id, signed.head.series):
        raise _unknown()
    replaced, revoked = row.replaced_at is not None, row.revoked_at is not None
    if revoked and not handing_over:
        raise DeviceNotTrusted(
            _("Headquarters has revoked this device: it is trusted no more."),
            kept=_("What it sold is handed over and kept."),
            hint=_("Call support. Sell on it again when it has been activated anew."),
        )
    if replaced and not handing_over:
        raise DeviceNotTrusted(
            _("Another device has been activated as this register."),
            hint=_("Have this device activated again before it sells."),
        )
    return Caller(row.device_id, row.register_id, row.store_id, replaced, revoked, signed, row.secret)


def check_caller(context: RequestContext, caller: Caller) -> None:
    """A device speaks for its own register and nobody else.

    :raises DeviceNotTrusted: it names another register or store.
    """
    if context.register_id != caller.register_id or context.store_id != caller.store_id:
        raise _unknown()


_DEVICE = (
    select(device, register.c.store_id, device_revocation.c.revoked_at)
    .join(register, register.c.register_id == device.c.register_id)
    .outerjoin(device_revocation, device_revocation.c.device_id == device.c.device_id)
    .where(device.c.device_id == bindparam("one"))
)
_SERIES = select(series.c.series_id).where(
    series.c.series_id == bindparam("one"), series.c.device_id == bindparam("whose")
)


def _find(connection: Connection, device_id: str) -> Row[Any] | None:
    return connection.execute(_DEVICE, {"one": device_id}).first()


def _owns(connection: Connection, device_id: str, series_id: str) -> bool:
    return connection.execute(_SERIES, {"one": series_id, "whose": device_id}).first() is not None


def _unknown() -> DeviceNotTrusted:
    return DeviceNotTrusted(
        _("The store server does not know this register's device."),
        hint=_("Go on selling offline, and have the register activated again."),
    )
