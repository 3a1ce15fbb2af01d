"""PINs: their argon2id hashes, and the register's own verifiers for logging on without the store server.

A register never holds the hash itself. It gets HMAC-SHA256(register's secret, argon2id(PIN)) with salt and parameters,
in a file of its own outside the databases: whoever copies a database, or the file without the secret, cannot try PINs.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from argon2.low_level import Type, hash_secret_raw

from kassa.device import write_private_file
from kassa.requests.staff import StaffVerifier, StaffVerifiers

PARAMETERS = (2, 19_456, 1)
"""Time cost, memory in KiB, lanes: the minimum that OWASP recommends, about 30 ms on a till."""
VERIFIERS_FILE = "staff.verifiers"
_HASH_BYTES = 32
_NOBODYS_SALT = b"kassa-nobodys-id"


class PinHash(NamedTuple):
    """argon2id of a PIN, raw; with what it was made from besides."""

    salt: bytes
    parameters: tuple[int, int, int]
    hash: bytes


def hash_pin(pin: str, salt: bytes, parameters: tuple[int, int, int] = PARAMETERS) -> PinHash:
    """argon2id of a PIN.

    :param salt: 16 random bytes.
    :param parameters: time cost, memory cost in KiB, parallelism.
    """
    time_cost, memory_cost, parallelism = parameters
    raw = hash_secret_raw(pin.encode(), salt, time_cost, memory_cost, parallelism, _HASH_BYTES, Type.ID)
    return PinHash(salt, parameters, raw)


def keyed(secret: bytes, pin_hash: bytes) -> bytes:
    """What a register holds instead of the hash: HMAC-SHA256 by its secret."""
    return hmac.digest(secret, pin_hash, "sha256")


def same_time_check(pin: str) -> bool:
    """Takes as long as a real check and is never right: for ids that nobody has."""
    hash_pin(pin, _NOBODYS_SALT)
    return False


def keep_verifiers(folder: Path, verifiers: StaffVerifiers) -> None:
    """Keep what the store server sent in the register's folder, readable by its owner alone."""
    write_private_file(folder / VERIFIERS_FILE, msgspec.json.encode(verifiers))


@dataclass(frozen=True)
class Lockouts:
    """How a register remembers failed tries; the functions are those of its journal."""

    read: Callable[[str], tuple[int, datetime | None]]
    write: Callable[[str, int, datetime | None], None]


class RegisterCredentials:
    """PIN checks in a register (:class:`kassa.runtime.request.Credentials`). New verifiers take effect at once.

    :param folder: where :func:`keep_verifiers` puts them.
    :param secret: the register's.
    """

    def __init__(self, folder: Path, secret: bytes, lockouts: Lockouts) -> None:
        self._file = folder / VERIFIERS_FILE
        self._secret = secret
        self._lockouts = lockouts

    def check(self, staff_id: str, pin: str) -> bool:
        """Whether ``pin`` is that staff member's."""
        verifier = self._find(staff_id)
        if verifier is None:
            return same_time_check(pin)
        entered = keyed(self._secret, hash_pin(pin, verifier.salt, verifier.parameters).hash)
        return hmac.compare_digest(entered, verifier.mac)

    def failed_tries(self, staff_id: str) -> tuple[int, datetime | None]:
        """Failed tries since the last success, and until when it is locked."""
        return self._lockouts.read(staff_id)

    def note_try(self, staff_id: str, tries: int, locked_until: datetime | None) -> None:
        """Remember failed tries. Nothing is kept of numbers that nobody has."""
        if self._find(staff_id) is not None:
            self._lockouts.write(staff_id, tries, locked_until)

    def version(self, staff_id: str) -> str:
        """Which verifier is in force."""
        verifier = self._find(staff_id)
        return "" if verifier is None else verifier.version

    @property
    def known(self) -> int:
        """How many staff members can log on without the store server: part of readiness."""
        return len(self._read())

    def _find(self, staff_id: str) -> StaffVerifier | None:
        return self._read().get(staff_id)

    def _read(self) -> dict[str, StaffVerifier]:
        try:
            content = self._file.read_bytes()
            verifiers = msgspec.json.decode(content, type=StaffVerifiers).verifiers
        except (OSError, msgspec.DecodeError):
            return {}
        return {verifier.staff_id: verifier for verifier in verifiers}
