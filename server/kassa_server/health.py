"""How the server is: yes or no for everybody, the figures for whoever shows the token.

The token is in a file of the data directory that only its owner may read; a supervisor sends it as
``Authorization: Bearer TOKEN``. A stranger learns nothing but whether the server works.
"""

from __future__ import annotations

import hmac
import importlib.metadata
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from kassa.device import write_private_file
from kassa.environment import Environment
from kassa_server.channel import Channel
from kassa_server.migrate import NEWEST, database_version
from kassa_server.schema import PARKED, WAITING, journal_entry

TOKEN_FILE = "health.token"
NO_ANSWER = "the channel database does not answer"


def health_token(folder: Path, environment: Environment) -> str:
    """The token of a data directory; made at the first start."""
    file = folder / TOKEN_FILE
    if not file.exists():
        write_private_file(file, environment.random_bytes(32).hex().encode() + b"\n")
    return file.read_text("ascii").strip()


def may_know(authorization: str, token: str | None) -> bool:
    """Whether a request shows the token."""
    shown = authorization.removeprefix("Bearer ").strip().encode()
    return bool(token) and hmac.compare_digest(shown, (token or "").encode())


def health(channel: Channel, *, figures: bool) -> tuple[dict[str, Any], int]:
    """What is answered, and the status: a real query on the channel database decides.

    :param figures: whether whoever asks may know more than that.
    """
    about = {"build": importlib.metadata.version("kassa"), "needs_schema": NEWEST} if figures else {}
    try:
        channel.check()
        known = _figures(channel) if figures else {}
    except SQLAlchemyError:
        return {"status": NO_ANSWER, **about}, 503
    return {"status": "ok", **about, **known}, 200


def _figures(channel: Channel) -> dict[str, Any]:
    """Times in UTC, ages in seconds. ``oldest_unposted``: when the oldest entry came that is stored and not posted."""
    now = channel.environment.clock.utc()
    with channel.reading() as connection:
        states = select(journal_entry.c.posting, func.count(), func.min(journal_entry.c.received_at))
        wanted = journal_entry.c.posting.in_((WAITING, PARKED))
        found = {row[0]: (row[1], row[2]) for row in connection.execute(states.where(wanted).group_by("posting"))}
        version = database_version(connection)
    waiting, oldest = found.get(WAITING, (0, None))
    return {
        "database": channel.engine.dialect.name,
        "schema": version,
        "unposted": waiting,
        "oldest_unposted": None if oldest is None else oldest.isoformat(timespec="seconds"),
        "oldest_unposted_age_s": None if oldest is None else max(0, int((now - oldest).total_seconds())),
        "parked": found.get(PARKED, (0, None))[0],
        "time": now.isoformat(timespec="seconds"),
    }
