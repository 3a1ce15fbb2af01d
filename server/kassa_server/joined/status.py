"""How the contact with headquarters goes: kept in the channel database, for ``kassa server status`` and for support."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from kassa.errors import KassaError
from kassa.masterdata import upsert
from kassa_server.channel import Channel
from kassa_server.schema import headquarters_contact

TRANSACTIONS, PACKAGES = "transactions", "packages"
LONGEST_ERROR = 1000


@dataclass(frozen=True)
class Contact:
    """The last attempt and the last success. ``waiting``: entries that headquarters has not acknowledged."""

    what: str
    attempt_at: datetime
    success_at: datetime | None
    waiting: int
    error: str


def note_contact(channel: Channel, what: str, error: Exception | None, *, waiting: int = 0, refused: str = "") -> None:
    """Keep how a round went.

    :param refused: what headquarters did not take, in a round that went well otherwise.
    """
    now = channel.environment.clock.utc()
    row = {"what": what, "attempt_at": now, "waiting": waiting, "error": _told(error, refused)[:LONGEST_ERROR]}
    if error is None:
        row["success_at"] = now
    with channel.writing() as connection:
        upsert(connection, headquarters_contact, [row])


def contacts(connection: Connection) -> list[Contact]:
    """What is known of the contact; empty: there was none."""
    found = connection.execute(select(headquarters_contact).order_by(headquarters_contact.c.what))
    return [Contact(*row) for row in found]


def _told(error: Exception | None, refused: str) -> str:
    if error is None:
        return refused
    return str(error) if isinstance(error, KassaError) else f"{type(error).__name__}; the log says more"
