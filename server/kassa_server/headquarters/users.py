"""Headquarters' users: names, roles and passwords. Each change of a user is in the audit trail, no password ever."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from kassa.credentials import PARAMETERS
from kassa.environment import Environment
from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.text import Text, literal, texts
from kassa_server import audit
from kassa_server.channel import lock_row
from kassa_server.schema import headquarters_log_on, headquarters_user

_, n_ = texts("kassa_server")

VIEWER, MANAGER, ADMINISTRATOR = "viewer", "manager", "administrator"
ROLES = (VIEWER, MANAGER, ADMINISTRATOR)
"""Each may do what the ones before it may: a viewer reads; a manager also runs schedules, changes offline profiles and
records and handles sessions; an administrator also changes registers, users and keys."""
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_LONGEST_NAME = 100
_KEPT = _("Nothing was changed.")

_time_cost, _memory_cost, _parallelism = PARAMETERS
_hasher = PasswordHasher(time_cost=_time_cost, memory_cost=_memory_cost, parallelism=_parallelism)
_NOBODYS = _hasher.hash("nobody", salt=b"kassa-nobodys-id")


@dataclass(frozen=True)
class User:
    """A user of headquarters."""

    user_id: str
    name: str
    role: str
    blocked: bool = False
    locked_until: datetime | None = None
    made_at: datetime | None = None
    logged_on_at: datetime | None = None

    def may(self, role: str) -> bool:
        """Whether this user may do what ``role`` may."""
        return not self.blocked and self.role in ROLES and ROLES.index(self.role) >= ROLES.index(role)


def folded(name: str) -> str:
    """What names are compared by: *Anna* and *anna* are one user."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()[:200]


def new_password(environment: Environment) -> str:
    """A password that is easy to type: twenty letters and digits in groups, 100 bits."""
    letters = base64.b32encode(environment.random_bytes(13)).decode().lower()[:20]
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))


def password_hash(environment: Environment, password: str) -> str:
    """argon2id of a password, with what it was made from.

    :raises InvalidInput: it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(
            _("A password has at least {count} characters.", count=SHORTEST_PASSWORD),
            kept=_KEPT,
            hint=_("Several words that belong together for you alone are easy to remember and hard to guess."),
        )
    return _hasher.hash(password, salt=environment.random_bytes(16))


def is_right(stored: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; None, for a user that nobody is, takes as long and never is."""
    try:
        _hasher.verify(_NOBODYS if stored is None else stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def add_user(connection: Connection, environment: Environment, name: str, role: str, password: str, *, by: str) -> User:
    """A new user.

    :param by: who makes it, for the audit trail.
    :raises InvalidInput: name, role or password cannot be used.
    """
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(_("A user needs a name of at most {count} characters.", count=_LONGEST_NAME), kept=_KEPT)
    _check_role(role)
    stored = password_hash(environment, password)
    if _by_name(connection, name) is not None:
        raise InvalidInput(_("There is a user {name} already.", name=literal(name)), kept=_KEPT)
    now = environment.clock.utc()
    row: dict[str, Any] = {
        "user_id": environment.new_id(), "name": name, "folded_name": folded(name), "role": role, "password": stored,
        "blocked": False, "failed_tries": 0, "made_at": now,
    }  # fmt: skip
    connection.execute(insert(headquarters_user).values(row))
    audit.note(connection, "user_added", now, user=name, role=role, by=by)
    return User(row["user_id"], name, role, made_at=now)


def list_users(connection: Connection) -> list[User]:
    """All users by name."""
    return [_user(row) for row in connection.execute(select(headquarters_user).order_by(headquarters_user.c.name))]


def shown_of(connection: Connection, user_id: str) -> list[object]:
    """What somebody who changes a user goes by: name, role, blocked or not, and which password it is, as a digest."""
    columns = headquarters_user.c
    wanted = select(columns.name, columns.role, columns.blocked, columns.password).where(columns.user_id == user_id)
    row = connection.execute(wanted).first()
    if row is None:
        return []
    return [row.name, row.role, row.blocked, hashlib.sha256(row.password.encode()).hexdigest()]


def user_named(connection: Connection, name: str) -> User:
    """The user of that name.

    :raises NotFound: there is none.
    """
    row = _by_name(connection, name)
    if row is None:
        raise NotFound(_("There is no user {name}.", name=literal(name)), kept=_KEPT)
    return _user(row)


def find_user(connection: Connection, user_id: str) -> User:
    """The user of that id.

    :raises NotFound: there is none.
    """
    row = connection.execute(select(headquarters_user).where(headquarters_user.c.user_id == user_id)).first()
    if row is None:
        raise NotFound(_("There is no such user."), kept=_KEPT)
    return _user(row)


def set_password(connection: Connection, environment: Environment, user_id: str, password: str, *, by: str) -> None:
    """Another password; a lock goes, and everybody who was logged on with the old one is logged off.

    :raises InvalidInput: the password cannot be used.
    """
    stored = password_hash(environment, password)
    values = {"password": stored, "failed_tries": 0, "locked_until": None}
    _change(connection, environment, user_id, values, "user_password_set", by)
    log_off_everywhere(connection, user_id)


def set_role(connection: Connection, environment: Environment, user_id: str, role: str, *, by: str) -> None:
    """Another role, in force at the user's next click.

    :raises NotAllowed: nobody would be left to administer.
    """
    _check_role(role)
    if role != ADMINISTRATOR:
        _someone_stays(connection, user_id)
    _change(connection, environment, user_id, {"role": role}, "user_role_set", by, role=role)


def set_blocked(connection: Connection, environment: Environment, user_id: str, blocked: bool, *, by: str) -> None:
    """Let a user log on no more, and log them off now; or let them again.

    :raises NotAllowed: nobody would be left to administer.
    """
    if blocked:
        _someone_stays(connection, user_id)
        log_off_everywhere(connection, user_id)
    values = {"blocked": blocked, "failed_tries": 0, "locked_until": None}
    _change(connection, environment, user_id, values, "user_blocked" if blocked else "user_unblocked", by)


def log_off_everywhere(connection: Connection, user_id: str) -> None:
    """End all of a user's sessions."""
    connection.execute(delete(headquarters_log_on).where(headquarters_log_on.c.user_id == user_id))


def role_name(role: str) -> Text:
    """A role in words."""
    names: Mapping[str, Text] = {
        VIEWER: _("Viewer"), MANAGER: _("Manager"), ADMINISTRATOR: _("Administrator"),
    }  # fmt: skip
    return names.get(role, literal(role))


def _change(
    connection: Connection, environment: Environment, user_id: str, values: dict[str, Any], kind: str, by: str,
    **detail: str,
) -> None:  # fmt: skip
    user = find_user(connection, user_id)
    connection.execute(update(headquarters_user).where(headquarters_user.c.user_id == user_id).values(values))
    audit.note(connection, kind, environment.clock.utc(), user=user.name, by=by, **detail)


def _someone_stays(connection: Connection, user_id: str) -> None:
    users = headquarters_user.c
    others = (users.role == ADMINISTRATOR) & ~users.blocked & (users.user_id != user_id)
    lock_row(connection, select(headquarters_user).where(users.user_id == user_id))
    if not connection.execute(select(func.count()).select_from(headquarters_user).where(others)).scalar_one():
        raise NotAllowed(
            _("This is the only administrator."), kept=_KEPT, hint=_("Make another user an administrator first.")
        )


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidInput(_("There is no role {role}.", role=literal(role[:40])), kept=_KEPT, where=", ".join(ROLES))


def _by_name(connection: Connection, name: str) -> Row[Any] | None:
    wanted = headquarters_user.c.folded_name == folded(name)
    return connection.execute(select(headquarters_user).where(wanted)).first()


def _user(row: Row[Any]) -> User:
    return User(row.user_id, row.name, row.role, row.blocked, row.locked_until, row.made_at, row.logged_on_at)
