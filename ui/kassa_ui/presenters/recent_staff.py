"""Who has logged on at this register lately: the tiles of the log on screen. Names alone; a PIN is always asked for."""

from __future__ import annotations

import msgspec

from kassa.register.face import RegisterFace

OWNER, NAME = "screen", "recent_staff"
MOST = 8


class Recent(msgspec.Struct, frozen=True):
    """Somebody who has logged on here."""

    staff_id: str
    name: str


def read_recent(register: RegisterFace) -> tuple[Recent, ...]:
    """Who has logged on here, the latest first; what does not read is nobody."""
    kept = register.setting(OWNER, NAME)
    try:
        return msgspec.json.decode(kept.encode(), type=tuple[Recent, ...])[:MOST] if kept else ()
    except msgspec.DecodeError:
        return ()


def with_latest(recent: tuple[Recent, ...], latest: Recent) -> tuple[Recent, ...]:
    """``recent`` with ``latest`` first."""
    return (latest, *(one for one in recent if one.staff_id != latest.staff_id))[:MOST]


def keep_recent(register: RegisterFace, recent: tuple[Recent, ...]) -> None:
    """Keep them in ``register``."""
    register.keep_setting(OWNER, NAME, msgspec.json.encode(recent).decode())
