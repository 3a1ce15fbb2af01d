"""Staff PINs in the channel database: argon2id hashes, lockout, and the verifiers that registers get."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from kassa.credentials import PinHash, hash_pin, keyed, same_time_check
from kassa.environment import Environment
from kassa.errors import InvalidInput
from kassa.requests.staff import StaffVerifier
from kassa.text import literal, texts
from kassa_server.channel import Channel, lock_row
from kassa_server.master_data import put_rows
from kassa_server.schema import staff_credential, store_staff

_, n_ = texts("kassa_server")

SHORTEST_PIN = 4
SHORTEST_PIN_BEYOND_SELLING = 6
ORDINARY_PERMISSIONS = frozenset({"sell"})
"""Who may do more than this needs a PIN of six digits or more (system.md, staff)."""


def shortest_pin(permissions: frozenset[str]) -> int:
    """How many digits the PIN of somebody with these permissions needs at least."""
    return SHORTEST_PIN if permissions <= ORDINARY_PERMISSIONS else SHORTEST_PIN_BEYOND_SELLING


def set_pin(
    connection: Connection, environment: Environment, staff_id: str, pin: str, permissions: frozenset[str]
) -> None:
    """Give a staff member a PIN; failed tries are forgotten.

    :raises InvalidInput: it is too short for what the staff member may do, or not all digits.
    """
    shortest = shortest_pin(permissions)
    if not (pin.isascii() and pin.isdecimal() and len(pin) >= shortest):
        raise InvalidInput(
            _("The PIN of {staff} needs at least {count} digits.", staff=literal(staff_id), count=shortest)
        )
    made = hash_pin(pin, environment.random_bytes(16))
    time_cost, memory_cost, parallelism = made.parameters
    row = {
        "staff_id": staff_id,
        "salt": made.salt,
        "time_cost": time_cost,
        "memory_cost": memory_cost,
        "parallelism": parallelism,
        "hash": made.hash,
        "version": environment.new_id(),
        "failed_tries": 0,
        "locked_until": None,
    }
    put_rows(connection, staff_credential, [row])


def verifiers_for(connection: Connection, store_id: str, secret: bytes) -> tuple[StaffVerifier, ...]:
    """The verifiers of everybody who may log on in a store, keyed with a register's secret."""
    rows = connection.execute(
        select(staff_credential)
        .join(store_staff, store_staff.c.staff_id == staff_credential.c.staff_id)
        .where(store_staff.c.store_id == store_id)
        .order_by(staff_credential.c.staff_id)
    )
    return tuple(_verifier(row, secret) for row in rows)


def _verifier(row: Row[Any], secret: bytes) -> StaffVerifier:
    return StaffVerifier(row.staff_id, row.salt, _parameters(row), keyed(secret, row.hash), row.version)


def _parameters(row: Row[Any]) -> tuple[int, int, int]:
    return row.time_cost, row.memory_cost, row.parallelism


class ChannelCredentials:
    """PIN checks for the staff of one store (:class:`kassa.runtime.request.Credentials`).

    Reading the failed tries locks the staff member's row until the request ends, so that a thousand tries at once are
    still counted one by one.
    """

    def __init__(self, connection: Connection, store_id: str) -> None:
        self._connection = connection
        self._store_id = store_id

    @property
    def connection(self) -> Connection:
        """The transaction that it reads and writes in."""
        return self._connection

    def check(self, staff_id: str, pin: str) -> bool:
        """Whether ``pin`` is that staff member's, and the staff member works in this store."""
        row = self._row(staff_id)
        if row is None:
            return same_time_check(pin)
        known = PinHash(row.salt, _parameters(row), row.hash)
        return hmac.compare_digest(hash_pin(pin, known.salt, known.parameters).hash, known.hash)

    def failed_tries(self, staff_id: str) -> tuple[int, datetime | None]:
        """Failed tries since the last success, and until when it is locked."""
        row = lock_row(self._connection, self._of_store(staff_id))
        return (0, None) if row is None else (row.failed_tries, row.locked_until)

    def note_try(self, staff_id: str, tries: int, locked_until: datetime | None) -> None:
        """Remember failed tries. Nothing is kept of numbers that nobody has."""
        self._connection.execute(
            update(staff_credential)
            .where(staff_credential.c.staff_id == staff_id)
            .values(failed_tries=tries, locked_until=locked_until)
        )

    def version(self, staff_id: str) -> str:
        """Which verifier is in force."""
        row = self._row(staff_id)
        return "" if row is None else str(row.version)

    def _row(self, staff_id: str) -> Row[Any] | None:
        return self._connection.execute(self._of_store(staff_id)).first()

    def _of_store(self, staff_id: str) -> Any:
        here = select(store_staff.c.staff_id).where(store_staff.c.store_id == self._store_id)
        return select(staff_credential).where(
            staff_credential.c.staff_id == staff_id, staff_credential.c.staff_id.in_(here)
        )


class LazyCredentials:
    """Opens a writing transaction at the first question; most requests never ask one."""

    def __init__(self, channel: Channel, store_id: str) -> None:
        self._channel = channel
        self._store_id = store_id
        self._open: Any = None
        self._credentials: ChannelCredentials | None = None

    def _real(self) -> ChannelCredentials:
        if self._credentials is None:
            self._open = self._channel.writing()
            self._credentials = ChannelCredentials(self._open.__enter__(), self._store_id)
        return self._credentials

    def check(self, staff_id: str, pin: str) -> bool:
        """As :meth:`ChannelCredentials.check`."""
        return self._real().check(staff_id, pin)

    def failed_tries(self, staff_id: str) -> tuple[int, datetime | None]:
        """As :meth:`ChannelCredentials.failed_tries`."""
        return self._real().failed_tries(staff_id)

    def note_try(self, staff_id: str, tries: int, locked_until: datetime | None) -> None:
        """As :meth:`ChannelCredentials.note_try`."""
        self._real().note_try(staff_id, tries, locked_until)

    def version(self, staff_id: str) -> str:
        """As :meth:`ChannelCredentials.version`."""
        return self._real().version(staff_id)

    @property
    def connection(self) -> Connection:
        """The writing transaction, for what is changed beside."""
        return self._real().connection

    def close(self) -> None:
        """Commit what was noted: a refused log on counts as a try, so this is no rollback."""
        if self._open is not None:
            self._open.__exit__(None, None, None)


@contextmanager
def credentials_of(channel: Channel, store_id: str) -> Iterator[LazyCredentials]:
    """Credentials for one request."""
    credentials = LazyCredentials(channel, store_id)
    try:
        yield credentials
    finally:
        credentials.close()
