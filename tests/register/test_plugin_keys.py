"""The key that signs plugins is pinned at activation: only it, and what it has introduced, puts code on a register."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.register.rolling_out import Headquarters

from kassa.packages.keys import HeadquartersKey, create_key
from kassa.packages.listing import KeySet, ListAnswer, Signed
from kassa.packages.plugin_sets import PluginSet
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa_server.headquarters.keys import (
    LISTS,
    PLUGINS,
    current_key_set,
    key_sets_after,
    revoke_key,
    rotate_key,
    signing_key,
)
from kassa_server.schema import plugin_key_set
from kassa_sync.plugin_sets import PluginSets


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop of whose plugins nothing has been decided yet."""
    with Shop(tmp_path_factory.mktemp("keys")) as made:
        yield made


@pytest.fixture
def register(shop: Shop, tmp_path: Path) -> Iterator[Register]:
    """A register that has just been activated."""
    with shop.open_register(shop.activate(name=tmp_path.name)) as opened:
        yield opened


def given(register: Register, key: HeadquartersKey, number: int = 1) -> Signed:
    """A set of no plugins, signed by ``key``."""
    record = register.record
    return key.sign("plugin-set", PluginSet(record.register_id, number, register.environment.clock.utc()))


def take(register: Register, signed: Signed, *key_sets: Signed) -> str:
    """The register is given it; why it does not use it. ``restart``: it does."""
    PluginSets(register).take(ListAnswer(plugin_set=signed, plugin_key_sets=key_sets))
    return register.plugin_folders.kept.waits


def key_of(shop: Shop, purpose: str) -> HeadquartersKey:
    """Headquarters' own, of the moment."""
    with Headquarters(shop).channel() as channel, channel.writing() as connection:
        return signing_key(connection, channel.environment, purpose)


def test_it_is_pinned_before_the_first_set(shop: Shop, register: Register) -> None:
    """The answer to the activation, over the connection that the code's fingerprint vouches for, carries it."""
    with Headquarters(shop).channel() as channel, channel.reading() as connection:
        ours = current_key_set(connection, PLUGINS)
    assert ours.number > 0
    assert PluginSets(register).keys == ours
    assert take(register, given(register, key_of(shop, PLUGINS))) == "restart"


def test_another_key_s_set_is_refused(shop: Shop, register: Register, tmp_path: Path) -> None:
    """Neither a stranger's key, with a set of keys of its own before it, nor the one that signs lists puts code on a
    register; what runs stays."""
    stranger = create_key(tmp_path / "stranger.key", register.environment)
    theirs = [stranger.sign("plugin-key-set", KeySet(number, (stranger.signing_key,))) for number in (1, 2)]
    assert take(register, given(register, stranger)) == "not_installed"
    assert take(register, given(register, stranger), *theirs) == "not_installed"
    assert take(register, given(register, key_of(shop, LISTS))) == "not_installed"
    assert register.plugin_folders.kept.ready == 0
    assert stranger.signing_key not in PluginSets(register).keys.keys


def test_without_a_pin_nothing_is_trusted(shop: Shop, register: Register) -> None:
    """Somebody who can take the pin away cannot put another in its place: the register must be activated again."""
    register.keep_setting("kassa", "plugin_keys", None)
    with Headquarters(shop).channel() as channel, channel.reading() as connection:
        all_of_them = key_sets_after(connection, 0, PLUGINS)
    assert take(register, given(register, key_of(shop, PLUGINS)), *all_of_them) == "not_installed"
    assert "Activate it again" in register.plugin_folders.kept.where


def test_no_keys_are_not_pinned(shop: Shop, register: Register, tmp_path: Path) -> None:
    """A store server that has no keys for plugins gives none to pin: the register says that it must be activated again
    when plugins come."""
    with Headquarters(shop).channel() as channel, channel.writing() as connection:
        kept = [dict(row) for row in connection.execute(plugin_key_set.select()).mappings()]
        connection.execute(plugin_key_set.delete())
    try:
        folder = shop.activate(name=f"{tmp_path.name}-without")
    finally:
        with Headquarters(shop).channel() as channel, channel.writing() as connection:
            connection.execute(plugin_key_set.insert().values(kept))
    with shop.open_register(folder) as without:
        assert without.setting("kassa", "plugin_keys") is None
        assert take(without, given(without, key_of(shop, PLUGINS))) == "not_installed"
        assert "Activate it again" in without.plugin_folders.kept.where


def test_a_new_key_is_introduced_and_an_old_one_revoked(shop: Shop, register: Register) -> None:
    """A register follows from the key that it has pinned to the next; what a revoked key has signed is refused then."""
    before = key_of(shop, PLUGINS)
    with Headquarters(shop).channel() as channel, channel.writing() as connection:
        pinned = PluginSets(register).keys.number
        rotate_key(connection, channel.environment, PLUGINS)
        rotated = key_sets_after(connection, pinned, PLUGINS)
        revoke_key(connection, channel.environment, before.signing_key.key_id)
        revoked = key_sets_after(connection, msgspec.json.decode(rotated[-1].body, type=KeySet).number, PLUGINS)
    after = key_of(shop, PLUGINS)
    assert take(register, given(register, after)) == "not_installed"
    assert take(register, given(register, after), *rotated) == "restart"
    assert take(register, given(register, before, 2), *revoked) == "not_installed"
    assert take(register, given(register, after, 3)) == "restart"
