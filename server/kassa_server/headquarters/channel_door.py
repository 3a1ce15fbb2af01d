"""Which store server is at headquarters' door: its signature, checked before anything else is read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, select

from kassa.errors import DeviceNotTrusted
from kassa.protocol import SIGNATURE_HEADER, TIME_HEADER
from kassa.text import texts
from kassa_server.headquarters.channel_messages import STORE_SERVER_HEADER, signed_text
from kassa_server.headquarters.scopes import scope_of_group
from kassa_server.schema import channel_database, store_server

_, n_ = texts("kassa_server")


@dataclass(frozen=True)
class JoinedServer:
    """A store server that has proved who it is.

    :param group: its channel database group; it serves the ``stores`` in it.
    """

    store_server_id: str
    database_id: str
    name: str
    group: str
    stores: tuple[str, ...]


def admit_store_server(
    connection: Connection, headers: Mapping[str, str], method: str, path: str, body: bytes
) -> JoinedServer:
    """The store server that sent a request.

    :raises DeviceNotTrusted: unknown, revoked or replaced, or not signed by it.
    """
    mine = store_server.c.store_server_id == headers.get(STORE_SERVER_HEADER, "")
    joined = store_server.join(channel_database, channel_database.c.database_id == store_server.c.database_id)
    statement = select(store_server, channel_database.c.group_id).select_from(joined).where(mine)
    row = connection.execute(statement).first()
    if row is None or row.revoked_at is not None or row.replaced_at is not None:
        raise _unknown()
    text = signed_text(method, path, body, headers.get(TIME_HEADER, ""))
    try:
        signature = base64.urlsafe_b64decode(headers.get(SIGNATURE_HEADER, ""))
        Ed25519PublicKey.from_public_bytes(bytes(row.public_key)).verify(signature, text)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise _unknown() from error
    stores = scope_of_group(connection, row.group_id).stores
    return JoinedServer(row.store_server_id, row.database_id, row.name, row.group_id, stores)


def _unknown() -> DeviceNotTrusted:
    return DeviceNotTrusted(
        _("Headquarters does not know this store server, or not any more."),
        kept=_("The store goes on selling, and everything waits in its channel database."),
        hint=_("Join again with a new code: kassa headquarters channel-code NAME"),
    )
