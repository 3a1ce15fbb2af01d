"""The keys that sign lists: made with the first list, rotated and revoked by hand.

They are kept in headquarters' database, so that any of its server processes can sign: sealed
(:mod:`kassa_server.sealing`), so that the database alone is not enough. No package carries them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Row, Table, insert, select, update

from kassa.environment import Environment
from kassa.errors import NotAllowed, NotFound
from kassa.packages.keys import HeadquartersKey
from kassa.packages.listing import KeySet, Signed
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.channel import clock_of, sealing_of
from kassa_server.schema import headquarters_key, headquarters_key_set, plugin_key_set

_, n_ = texts("kassa_server")
LISTS, PLUGINS = "lists", "plugins"
"""What a key signs: lists of packages, or registers' sets of plugins. Neither signs the other's."""
_SETS: Mapping[str, Table] = {LISTS: headquarters_key_set, PLUGINS: plugin_key_set}
_KINDS = {LISTS: "key-set", PLUGINS: "plugin-key-set"}


def signing_key(connection: Connection, environment: Environment, purpose: str = LISTS) -> HeadquartersKey:
    """The newest key for a purpose that is not revoked; the first is made here, with the first key set.

    :raises kassa.errors.SetupError: it cannot be opened: key file or passphrase are missing, or others.
    """
    good = _good_keys(connection, purpose)
    if good:
        return _as_key(connection, good[-1])
    made = _make(connection, environment, purpose)
    add_key_set(connection, KeySet(1, (made.signing_key,)), made, purpose)
    return made


def rotate_key(connection: Connection, environment: Environment, purpose: str = LISTS) -> str:
    """Make a new key, introduced by the one before; lists are signed by the new one from now on. Its id.

    The old key is good until it is revoked: registers that were away follow from one to the other.
    """
    before = signing_key(connection, environment, purpose)
    made = _make(connection, environment, purpose)
    latest = current_key_set(connection, purpose)
    following = KeySet(latest.number + 1, (*latest.keys, made.signing_key), latest.revoked)
    add_key_set(connection, following, before, purpose)
    audit.note(connection, "headquarters_key_made", environment.clock.utc(), key=made.signing_key.key_id)
    return made.signing_key.key_id


def revoke_key(connection: Connection, environment: Environment, key_id: str) -> None:
    """Trust a key no more; registers hear of it with their next list, by the word of another key.

    :raises NotFound: there is no such key.
    :raises NotAllowed: it is the only good one; make another first.
    """
    key = headquarters_key.c
    purpose = connection.execute(select(key.purpose).where(key.key_id == key_id)).scalar() or LISTS
    good = _good_keys(connection, purpose)
    if key_id not in [row.key_id for row in good]:
        raise NotFound(_("There is no key {key}.", key=literal(key_id)))
    if len(good) == 1:
        raise NotAllowed(_("This is the only key."), hint=_("Make another first: kassa headquarters rotate-key"))
    now = environment.clock.utc()
    connection.execute(update(headquarters_key).where(headquarters_key.c.key_id == key_id).values(revoked_at=now))
    latest = current_key_set(connection, purpose)
    following = KeySet(latest.number + 1, latest.keys, (*latest.revoked, key_id))
    add_key_set(connection, following, _as_key(connection, _good_keys(connection, purpose)[-1]), purpose)
    audit.note(connection, "headquarters_key_revoked", now, key=key_id)


def current_key_set(connection: Connection, purpose: str = LISTS) -> KeySet:
    """The newest key set; one without keys before the first list."""
    signed = key_sets_after(connection, 0, purpose)
    return msgspec.json.decode(signed[-1].body, type=KeySet) if signed else KeySet(0, ())


def key_sets_after(connection: Connection, number: int, purpose: str = LISTS) -> tuple[Signed, ...]:
    """The key sets that a register does not know yet, oldest first."""
    sets = _SETS[purpose].c
    found = connection.execute(select(sets.signed).where(sets.number > number).order_by(sets.number)).scalars()
    return tuple(msgspec.json.decode(signed, type=Signed) for signed in found)


def reseal_keys(connection: Connection, *, by_file: bool = False) -> int:
    """Seal every key anew, with the passphrase if there is one now, else with the key file; how many.

    :param by_file: with the key file although there is a passphrase: the way to another passphrase.
    :raises kassa.errors.SetupError: one of them cannot be opened; none is changed.
    """
    sealing, keys = sealing_of(connection), headquarters_key.c
    found = connection.execute(select(keys.key_id, keys.sealed)).all()
    for row in found:
        sealed = sealing.seal(sealing.open(bytes(row.sealed), row.key_id), row.key_id, by_file=by_file)
        connection.execute(update(headquarters_key).where(keys.key_id == row.key_id).values(sealed=sealed))
    audit.note(connection, "headquarters_keys_resealed", clock_of(connection).utc(), count=len(found))
    return len(found)


def _make(connection: Connection, environment: Environment, purpose: str) -> HeadquartersKey:
    seed = environment.random_bytes(32)
    key = HeadquartersKey(Ed25519PrivateKey.from_private_bytes(seed))
    now: datetime = environment.clock.utc()
    key_id = key.signing_key.key_id
    sealed = sealing_of(connection).seal(seed, key_id)
    row = {"key_id": key_id, "sealed": sealed, "purpose": purpose, "made_at": now, "revoked_at": None}
    connection.execute(insert(headquarters_key).values(row))
    return key


def add_key_set(connection: Connection, following: KeySet, signer: HeadquartersKey, purpose: str = LISTS) -> None:
    """Put a key set after the others, signed by one of the keys before it."""
    signed = msgspec.json.encode(signer.sign(_KINDS[purpose], following)).decode()
    connection.execute(insert(_SETS[purpose]).values(number=following.number, signed=signed))


def _good_keys(connection: Connection, purpose: str) -> list[Row[tuple[str, bytes, datetime, datetime]]]:
    keys = headquarters_key.c
    good = select(headquarters_key).where(keys.revoked_at.is_(None), keys.purpose == purpose)
    return list(connection.execute(good.order_by(keys.made_at)))


def _as_key(connection: Connection, row: Row[tuple[str, bytes, datetime, datetime]]) -> HeadquartersKey:
    seed = sealing_of(connection).open(bytes(row.sealed), row.key_id)
    return HeadquartersKey(Ed25519PrivateKey.from_private_bytes(seed))
