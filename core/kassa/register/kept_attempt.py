"""The last success of a direction of synchronisation, as a setting that survives a restart (S4)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from kassa.register.face import Attempt


class _Kept(msgspec.Struct):
    at: datetime
    packages: int
    rows: int


def success_words(attempt: Attempt) -> str:
    """A successful attempt for a terminal."""
    return f"{moment(attempt.at)}, {attempt.packages} packages, {attempt.rows} rows"


def moment(at: datetime) -> str:
    """A time for a terminal."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def write_success(attempt: Attempt) -> str:
    """A successful attempt as text."""
    return msgspec.json.encode(_Kept(attempt.at, attempt.packages, attempt.rows)).decode()


def read_success(text: str | None) -> Attempt | None:
    """What :func:`write_success` wrote; None for nothing, and for what cannot be read."""
    try:
        kept = msgspec.json.decode(text or "", type=_Kept)
    except msgspec.DecodeError:
        return None
    return Attempt(kept.at.astimezone(UTC), succeeded=True, packages=kept.packages, rows=kept.rows)
