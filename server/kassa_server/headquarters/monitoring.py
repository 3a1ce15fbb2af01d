"""Tokens by which a program outside reads register offline status, and nothing else.

A token is random and long; the database holds its SHA-256, so whoever reads the database cannot use it. It is shown
once, where it is made, and works until it is revoked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from kassa.environment import Environment
from kassa.errors import InvalidInput, NotFound
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.channel import Channel
from kassa_server.schema import monitoring_token

_, n_ = texts("kassa_server")

PREFIX = "kassa-monitoring-"
_RANDOM_BYTES = 32
_LONGEST = 200
_NOTED_EVERY = timedelta(minutes=1)


def make_token(connection: Connection, environment: Environment, name: str, *, by: str) -> str:
    """A new token, to be told once.

    :param name: what it is for.
    :raises InvalidInput: the name cannot be used.
    """
    if not name or len(name) > 100 or not name.isprintable():
        raise InvalidInput(
            _("A token needs a name of at most {count} characters.", count=100),
            kept=_("Nothing was changed."),
            hint=_("Such as the name of the program that will use it."),
        )
    token, now = PREFIX + environment.random_bytes(_RANDOM_BYTES).hex(), environment.clock.utc()
    row = {
        "token_id": environment.new_id(),
        "name": name,
        "token_hash": _hash(token),
        "made_at": now,
        "made_by": by,
    }
    connection.execute(insert(monitoring_token).values(row))
    audit.note(connection, "monitoring_token_made", now, name=name, by=by)
    return token


def list_tokens(connection: Connection) -> Sequence[Row[Any]]:
    """All tokens without what they are, newest first; revoked ones too."""
    token = monitoring_token.c
    columns: Any = select(token.token_id, token.name, token.made_at, token.made_by, token.used_at, token.revoked_at)
    return connection.execute(columns.order_by(token.made_at.desc(), token.token_id.desc())).all()


def revoke_token(connection: Connection, environment: Environment, token_id: str, *, by: str) -> None:
    """Let a token read nothing any more.

    :raises NotFound: there is none with that id, or it is revoked already.
    """
    now = environment.clock.utc()
    mine = (monitoring_token.c.token_id == token_id) & monitoring_token.c.revoked_at.is_(None)
    if not connection.execute(update(monitoring_token).where(mine).values(revoked_at=now)).rowcount:
        raise NotFound(_("There is no token {token}.", token=literal(token_id[:40])))
    audit.note(connection, "monitoring_token_revoked", now, token=token_id, by=by)


def is_token(channel: Channel, shown: str, now: datetime) -> bool:
    """Whether ``shown`` is a token that works. Its use is noted, once a minute at most."""
    if not shown.startswith(PREFIX) or len(shown) > _LONGEST:
        return False
    token = monitoring_token.c
    with channel.reading() as connection:
        mine = (token.token_hash == _hash(shown)) & token.revoked_at.is_(None)
        row = connection.execute(select(token.token_id, token.used_at).where(mine)).first()
    if row is None:
        return False
    if row.used_at is None or now - row.used_at >= _NOTED_EVERY:
        with channel.writing() as connection:
            old = or_(token.used_at.is_(None), token.used_at < now)
            connection.execute(update(monitoring_token).where(token.token_id == row.token_id, old).values(used_at=now))
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
