"""Only headquarters' word counts, and only its latest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.core.packages.warehouse import NOW

from kassa.environment import Environment
from kassa.packages.errors import ListNotTrusted
from kassa.packages.keys import HeadquartersKey, create_key, follow, is_expired, load_key, verify_list
from kassa.packages.listing import KeySet, PackageList, Signed

LISTED = PackageList("S1", "offline", 7, NOW, NOW + timedelta(days=7), 1, {"products": 9}, ())


@pytest.fixture
def keys(tmp_path: Path) -> list[HeadquartersKey]:
    """Three keys."""
    return [create_key(tmp_path / f"{number}.key", Environment()) for number in range(3)]


def key_set(number: int, *keys: HeadquartersKey, revoked: tuple[HeadquartersKey, ...] = ()) -> KeySet:
    return KeySet(number, tuple(key.signing_key for key in keys), tuple(key.signing_key.key_id for key in revoked))


def test_key_is_kept(tmp_path: Path, keys: list[HeadquartersKey]) -> None:
    """A key is read back as it was made, from a file that only its owner may read."""
    file = tmp_path / "0.key"
    assert load_key(file).signing_key == keys[0].signing_key
    assert file.stat().st_mode & 0o077 == 0


def test_signed_list_is_trusted(keys: list[HeadquartersKey]) -> None:
    """A list signed by a pinned key is what it says."""
    signed = keys[0].sign("package-list", LISTED)
    assert verify_list(signed, key_set(1, *keys), seen_number=7, scope="S1") == LISTED
    assert is_expired(LISTED, NOW + timedelta(days=8))
    assert not is_expired(LISTED, NOW)


def forgeries(keys: list[HeadquartersKey]) -> list[tuple[Signed, KeySet, int, str]]:
    signed = keys[0].sign("package-list", LISTED)
    ours = key_set(1, keys[0])
    altered = signed.body.replace(b'"number":7', b'"number":8')
    return [
        (msgspec.structs.replace(signed, body=altered), ours, 0, "S1"),
        (msgspec.structs.replace(signed, signature=bytes(64)), ours, 0, "S1"),
        (msgspec.structs.replace(signed, kind="key-set"), ours, 0, "S1"),
        (keys[1].sign("package-list", LISTED), ours, 0, "S1"),
        (signed, key_set(1, *keys, revoked=(keys[0],)), 0, "S1"),
        (signed, ours, 8, "S1"),
        (signed, ours, 0, "S2"),
        (keys[0].sign("package-list", key_set(1, keys[0])), ours, 0, "S1"),
    ]


@pytest.mark.parametrize("number", range(8))
def test_everything_else_is_not(number: int, keys: list[HeadquartersKey]) -> None:
    """Altered, signed by another or a revoked key, an older list, another store's: none of them is trusted."""
    signed, known, seen, scope = forgeries(keys)[number]
    with pytest.raises(ListNotTrusted):
        verify_list(signed, known, seen_number=seen, scope=scope)


def test_keys_are_followed(keys: list[HeadquartersKey]) -> None:
    """A new key is introduced by the old one, and the old one revoked by the new: the register follows both steps."""
    first, second, third = keys
    introduced = first.sign("key-set", key_set(2, first, second))
    revoked = second.sign("key-set", key_set(3, second, third, revoked=(first,)))
    now = follow(key_set(1, first), (introduced, revoked))
    assert now.number == 3
    with pytest.raises(ListNotTrusted):
        verify_list(first.sign("package-list", LISTED), now, seen_number=0, scope="S1")
    verify_list(third.sign("package-list", LISTED), now, seen_number=0, scope="S1")


def test_stranger_introduces_nobody(keys: list[HeadquartersKey]) -> None:
    """A set that is signed by an unknown key, or by one that it revokes itself, is not followed."""
    first, second, _third = keys
    for signed in (
        second.sign("key-set", key_set(2, second)),
        first.sign("key-set", key_set(2, second, revoked=(first,))),
    ):
        with pytest.raises(ListNotTrusted):
            follow(key_set(1, first), (signed,))
