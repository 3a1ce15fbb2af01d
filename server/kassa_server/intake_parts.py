"""Entries that come in parts (:mod:`kassa.upload_parts`): kept until all are here, then taken in as any other batch."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from kassa.errors import InvalidInput, TooLarge
from kassa.masterdata import upsert
from kassa.protocol import JournalPart
from kassa.text import texts
from kassa_server.schema import upload_part

_, n_ = texts("kassa_server")
MOST_PARTS = 100_000
KEPT_FOR = timedelta(days=1)


def keep_part(connection: Connection, sender_id: str, part: JournalPart, now: datetime, largest: int) -> bytes | None:
    """Keep a part of what a device or a store server sends; the whole, once all parts are here. Each sends one thing
    at a time: what it had begun before is forgotten.

    :param largest: bytes that the whole may have.
    :raises TooLarge: it would have more.
    :raises InvalidInput: the parts do not make what was promised; nothing of this one is kept.
    """
    if not (0 <= part.number < part.count <= MOST_PARTS and len(part.upload) == 64 and part.upload.isalnum()):
        raise _unreadable("part")
    parts, mine = upload_part.c, upload_part.c.sender_id == sender_id
    other = (parts.upload != part.upload) | (parts.count != part.count)
    connection.execute(delete(upload_part).where(mine, other))
    row = {
        "sender_id": sender_id,
        "number": part.number,
        "upload": part.upload,
        "count": part.count,
        "size": len(part.data),
    }
    upsert(connection, upload_part, [{**row, "data": part.data, "received_at": now}])
    size, count = connection.execute(select(func.sum(parts.size), func.count()).where(mine)).one()
    if size > largest:
        raise TooLarge(
            _("What the register sent is too large."), hint=_("Call support."), where=f"over {largest} bytes"
        )
    if count < part.count:
        return None
    whole = b"".join(connection.execute(select(parts.data).where(mine).order_by(parts.number)).scalars())
    if hashlib.sha256(whole).hexdigest() != part.upload:
        raise _unreadable("digest")
    return whole


def forget_parts(connection: Connection, sender_id: str) -> None:
    """What they made has been taken in."""
    connection.execute(delete(upload_part).where(upload_part.c.sender_id == sender_id))


def purge_parts(connection: Connection, now: datetime) -> int:
    """Forget parts whose rest never came; how many."""
    return connection.execute(delete(upload_part).where(upload_part.c.received_at < now - KEPT_FOR)).rowcount


def _unreadable(where: str) -> InvalidInput:
    return InvalidInput(
        _("The store server could not read what the register delivered."),
        hint=_("Nothing is lost. Call support: register and store server may need an update."),
        where=where,
    )
