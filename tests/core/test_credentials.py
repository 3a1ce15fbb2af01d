"""PINs in a register: verifiers outside the databases, lockout, the same handler as in the store server."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from kassa.credentials import (
    VERIFIERS_FILE,
    Lockouts,
    RegisterCredentials,
    hash_pin,
    keep_verifiers,
    keyed,
)
from kassa.requests.staff import StaffVerifier, StaffVerifiers

SECRET = bytes(range(32))
QUICK = (1, 64, 1)


def verifier(staff_id: str = "1001", pin: str = "1234", secret: bytes = SECRET) -> StaffVerifier:
    made = hash_pin(pin, b"s" * 16, QUICK)
    return StaffVerifier(staff_id, made.salt, made.parameters, keyed(secret, made.hash), "v1")


@pytest.fixture
def notes() -> dict[str, tuple[int, datetime | None]]:
    return {}


@pytest.fixture
def credentials(tmp_path: Path, notes: dict[str, tuple[int, datetime | None]]) -> RegisterCredentials:
    lockouts = Lockouts(
        lambda staff_id: notes.get(staff_id, (0, None)),
        lambda staff_id, tries, until: notes.update({staff_id: (tries, until)}),
    )
    keep_verifiers(tmp_path, StaffVerifiers((verifier(),)))
    return RegisterCredentials(tmp_path, SECRET, lockouts)


def test_right_pin_is_right_and_nothing_else_is(credentials: RegisterCredentials) -> None:
    """Only the very PIN, of a known number, passes."""
    assert credentials.check("1001", "1234")
    for staff_id, pin in (("1001", "1235"), ("1001", ""), ("1002", "1234"), ("", "")):
        assert not credentials.check(staff_id, pin)
    assert (credentials.version("1001"), credentials.version("1002"), credentials.known) == ("v1", "", 1)


def test_verifiers_are_worth_nothing_without_the_secret(tmp_path: Path) -> None:
    """With another register's secret the same verifiers accept no PIN."""
    keep_verifiers(tmp_path, StaffVerifiers((verifier(),)))
    other = RegisterCredentials(tmp_path, bytes(32), Lockouts(lambda _: (0, None), lambda *_: None))
    assert not other.check("1001", "1234")


def test_verifiers_are_private_and_hold_no_hash(tmp_path: Path, credentials: RegisterCredentials) -> None:
    """The file is its owner's alone, and neither PIN nor argon2id hash is in it."""
    file = tmp_path / VERIFIERS_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = hash_pin("1234", b"s" * 16, QUICK)
    assert b"1234" not in file.read_bytes()
    assert msgspec.json.encode(made.hash).strip(b'"') not in file.read_bytes()


def test_new_verifiers_take_effect_at_once(tmp_path: Path, credentials: RegisterCredentials) -> None:
    """Whoever is taken away cannot log on any more, without a restart."""
    keep_verifiers(tmp_path, StaffVerifiers((verifier("1002", "4321"),)))
    assert not credentials.check("1001", "1234")
    assert credentials.check("1002", "4321")


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]"])
def test_without_usable_verifiers_nobody_logs_on(
    tmp_path: Path, credentials: RegisterCredentials, content: bytes | None
) -> None:
    """A missing or damaged file locks everybody out offline; it lets nobody in."""
    file = tmp_path / VERIFIERS_FILE
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert not credentials.check("1001", "1234")
    assert credentials.known == 0


def test_tries_are_kept_for_those_who_exist(
    credentials: RegisterCredentials, notes: dict[str, tuple[int, datetime | None]]
) -> None:
    """Guessing numbers that nobody has fills no journal."""
    credentials.note_try("1001", 3, None)
    credentials.note_try("4711", 3, None)
    assert notes == {"1001": (3, None)}
    assert credentials.failed_tries("1001") == (3, None)
