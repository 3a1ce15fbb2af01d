"""Logging on to headquarters: wrong tries lock a user for a while, and who is logged on stands in the database, so that
any server process knows. The browser holds a random token, the database its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from kassa.errors import LoggedOnWrong
from kassa.requests.staff_handlers import LOCKED_FOR, TRIES
from kassa.text import Text, texts
from kassa_server import audit
from kassa_server.channel import Channel, lock_row
from kassa_server.headquarters.users import User, folded, is_right
from kassa_server.schema import headquarters_log_on, headquarters_user

_, n_ = texts("kassa_server")

IDLE = timedelta(minutes=30)
"""After so long without a click a user is logged off."""
LONGEST = timedelta(hours=12)
"""After so long a user logs on again, whatever they do."""
_OFTEN = timedelta(minutes=1)


@dataclass(frozen=True)
class LogOn:
    """A user who is logged on. ``notice``: what the next page says, once."""

    user: User
    notice: Text | None = None


def log_on(channel: Channel, name: str, password: str) -> str:
    """Check a password; the token that the browser shows from now on.

    :raises LoggedOnWrong: name or password is wrong, or the user is locked or blocked.
    """
    user_id = _checked(channel, headquarters_user.c.folded_name == folded(name), password)
    with channel.writing() as connection:
        return _open(connection, user_id, channel.environment.random_bytes(32).hex(), channel.environment.clock.utc())


def check_again(channel: Channel, user: User, password: str) -> None:
    """Check the password of somebody who is logged on, before something that only they may do.

    :raises LoggedOnWrong: it is wrong, or there were too many wrong tries.
    """
    _checked(channel, headquarters_user.c.user_id == user.user_id, password)
    with channel.writing() as connection:
        _forget_tries(connection, user.user_id)


def _checked(channel: Channel, wanted: ColumnElement[bool], password: str) -> str:
    """The id of the user whose password it is.

    The try is counted before the password is looked at, so that a thousand tries at once are counted one by one, and
    no lock is held while argon2 works. An unknown name, a locked user and a wrong password get the same words.
    """
    now, tries = channel.environment.clock.utc(), 0
    with channel.writing() as connection:
        row = lock_row(connection, select(headquarters_user).where(wanted))
        locked = row is not None and row.locked_until is not None and row.locked_until > now
        if row is not None and not locked:
            tries = 1 if row.locked_until is not None else row.failed_tries + 1
            until = now + LOCKED_FOR if tries >= TRIES else None
            values = {"failed_tries": tries, "locked_until": until}
            connection.execute(update(headquarters_user).where(wanted).values(values))
    right = is_right(None if row is None else row.password, password)
    if row is not None and right and not locked and not row.blocked:
        return str(row.user_id)
    if row is not None:
        with channel.writing() as connection:
            audit.note(connection, "log_on_refused", now, user=row.name, locked=locked, tries=tries)
    raise LoggedOnWrong(
        _("Name or password is wrong, or log on is locked for a while."),
        kept=_("Nothing was changed."),
        hint=_("Try again. After {tries} wrong tries it is locked for {minutes} minutes.", tries=TRIES,
               minutes=LOCKED_FOR // timedelta(minutes=1)),
    )  # fmt: skip


def _open(connection: Connection, user_id: str, token: str, now: datetime) -> str:
    _forget_tries(connection, user_id, logged_on_at=now)
    old = (headquarters_log_on.c.opened_at < now - LONGEST) | (headquarters_log_on.c.seen_at < now - IDLE)
    connection.execute(delete(headquarters_log_on).where(old))
    row = {"token_hash": hashed(token), "user_id": user_id, "opened_at": now, "seen_at": now}
    connection.execute(insert(headquarters_log_on).values(row))
    return token


def _forget_tries(connection: Connection, user_id: str, **more: datetime) -> None:
    values = {"failed_tries": 0, "locked_until": None, **more}
    connection.execute(update(headquarters_user).where(headquarters_user.c.user_id == user_id).values(values))


def logged_on(channel: Channel, token: str) -> LogOn | None:
    """Who shows this token; None: nobody, or not any more. What the page is to say is taken with it."""
    now = channel.environment.clock.utc()
    statement = (
        select(headquarters_user, headquarters_log_on.c.opened_at, headquarters_log_on.c.seen_at,
               headquarters_log_on.c.notice)
        .join(headquarters_log_on, headquarters_log_on.c.user_id == headquarters_user.c.user_id)
        .where(headquarters_log_on.c.token_hash == hashed(token))
    )  # fmt: skip
    with channel.reading() as connection:
        row = connection.execute(statement).first()
    if row is None or row.blocked or now - row.opened_at >= LONGEST or now - row.seen_at >= IDLE:
        return None
    if now - row.seen_at >= _OFTEN:
        _note(channel, token, seen_at=now)
    return LogOn(User(row.user_id, row.name, row.role), _text(row.notice))


def log_off(channel: Channel, token: str) -> None:
    """The token is worth nothing from now on."""
    with channel.writing() as connection:
        connection.execute(delete(headquarters_log_on).where(headquarters_log_on.c.token_hash == hashed(token)))


def set_notice(channel: Channel, token: str, notice: Text | None) -> None:
    """What the next page says; None: nothing."""
    _note(channel, token, notice=None if notice is None else msgspec.json.encode(notice).decode())


def hashed(token: str) -> str:
    """How a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _note(channel: Channel, token: str, **values: Any) -> None:
    mine = headquarters_log_on.c.token_hash == hashed(token)
    with channel.writing() as connection:
        connection.execute(update(headquarters_log_on).where(mine).values(values))


def _text(document: str | None) -> Text | None:
    return None if document is None else msgspec.json.decode(document, type=Text)
