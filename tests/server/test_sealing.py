"""Headquarters' signing keys at rest: the database alone is not enough to sign."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.server.conftest import sqlite_database

from kassa.environment import Environment
from kassa.errors import SetupError
from kassa_server.channel import Channel
from kassa_server.headquarters.keys import reseal_keys, rotate_key, signing_key
from kassa_server.schema import headquarters_key
from kassa_server.sealing import FILE_NAME, KEY_FILE, PASSPHRASE, Sealing

NAMED = {PASSPHRASE: "en lång mening som ingen gissar"}
Make = Callable[[Mapping[str, str]], Sealing]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Sealing in one folder, with variables of the environment."""
    return lambda settings: Sealing(tmp_path, Environment(), settings)


def cannot_open(sealing: Sealing, sealed: bytes, about: str = "key") -> str:
    """What is said, in both languages, with what is kept and what to do; where."""
    with pytest.raises(SetupError) as caught:
        sealing.open(sealed, about)
    for text in (caught.value.what, caught.value.kept, caught.value.hint):
        assert text is not None
        assert text.words("sv") != text.words("en")
    return caught.value.where


def test_key_file_is_made_outside_of_the_database(make: Make, tmp_path: Path) -> None:
    """The first thing that is sealed makes a key file, for its owner alone; another start opens with it."""
    sealed = make({}).seal(b"seed", "key")
    file = tmp_path / FILE_NAME
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"seed" not in sealed
    assert make({}).open(sealed, "key") == b"seed"
    assert [one.name for one in tmp_path.iterdir()] == [FILE_NAME]
    again = make({}).seal(b"seed", "key")
    assert again != sealed
    assert make({}).open(again, "key") == b"seed"


def test_key_file_may_be_elsewhere(make: Make, tmp_path: Path) -> None:
    """The environment names another place for it."""
    elsewhere = tmp_path / "mounted" / "key"
    elsewhere.parent.mkdir()
    sealed = make({KEY_FILE: str(elsewhere)}).seal(b"seed", "key")
    assert elsewhere.exists()
    assert not (tmp_path / FILE_NAME).exists()
    assert make({KEY_FILE: str(elsewhere)}).open(sealed, "key") == b"seed"


def test_passphrase_of_the_environment(make: Make, tmp_path: Path) -> None:
    """With a passphrase there is no file; another passphrase, or none, opens nothing and says so."""
    sealed = make(NAMED).seal(b"seed", "key")
    assert list(tmp_path.iterdir()) == []
    assert make(NAMED).open(sealed, "key") == b"seed"
    for settings in ({}, {PASSPHRASE: "another"}):
        where = cannot_open(make(settings), sealed)
        assert where == PASSPHRASE
        assert "another" not in where


@pytest.mark.parametrize("content", [None, b"", b"not a key\n", b"00" * 32 + b"\n", b"00" * 31, b"\xff" * 64])
def test_key_file_that_is_missing_or_another(make: Make, tmp_path: Path, content: bytes | None) -> None:
    """A key file that was lost, damaged or exchanged opens nothing, is named, and is not made anew."""
    sealed = make({}).seal(b"seed", "key")
    file = tmp_path / FILE_NAME
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert cannot_open(make({}), sealed) == str(file)
    assert file.exists() is (content is not None)


def test_what_was_changed_opens_nothing(make: Make) -> None:
    """A byte that was changed, a cut end, another row's secret: none is opened."""
    sealed = make({}).seal(b"seed", "key")
    cannot_open(make({}), sealed, "another key")
    for bad in (b"", sealed[:1], sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:5] + b"\0" + sealed[6:]):
        cannot_open(make({}), bad)


def test_signing_key_is_in_no_database_in_clear(tmp_path: Path, small_store: Path) -> None:
    """The database's bytes hold no seed; without the key file nothing is signed and no key is rotated, with it all goes
    on as it was."""
    channel = Channel(sqlite_database(tmp_path, small_store))
    with channel.writing() as connection:
        key = signing_key(connection, channel.environment)
        second = rotate_key(connection, channel.environment)
    file = channel.sealing.file
    assert file is not None
    assert file == tmp_path / FILE_NAME
    kept = file.read_bytes()
    file.unlink()
    for work in (signing_key, rotate_key):
        with pytest.raises(SetupError), channel.writing() as connection:
            work(connection, channel.environment)
    file.write_bytes(kept)
    with channel.writing() as connection:
        assert signing_key(connection, channel.environment).signing_key.key_id == second
    channel.close()
    everything = b"".join(one.read_bytes() for one in tmp_path.glob("channel.db*"))
    assert key.signing_key.key_id.encode() in everything
    assert key.private.private_bytes_raw() not in everything


def test_keys_are_sealed_anew(tmp_path: Path, small_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From key file to passphrase and back, which is how a passphrase is changed; the keys stay the same."""
    url = sqlite_database(tmp_path, small_store)

    def sealed_by(settings: Mapping[str, str], *, by_file: bool = False) -> tuple[bytes, str]:
        monkeypatch.delenv(PASSPHRASE, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        channel = Channel(url)
        with channel.writing() as connection:
            signing_key(connection, channel.environment)
            assert reseal_keys(connection, by_file=by_file) == 1
            (sealed,) = connection.execute(select(headquarters_key.c.sealed)).scalars()
            found = signing_key(connection, channel.environment).signing_key.key_id
        channel.close()
        return bytes(sealed)[:1], found

    first, key = sealed_by({})
    assert first == b"F"
    assert sealed_by(NAMED) == (b"P", key)
    assert sealed_by(NAMED, by_file=True) == (b"F", key)
    assert sealed_by({PASSPHRASE: "another"}) == (b"P", key)
    with pytest.raises(SetupError):
        sealed_by(NAMED)
