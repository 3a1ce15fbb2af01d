"""The keys of headquarters: signing lists, pinning the keys, following them as they change.

A register pins a key set at activation. A new set is signed by a key of the one before that is not revoked in the new
one, so a lost key can be revoked with another, and nobody visits a register.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kassa.activation_proof import KIND, ActivationProof
from kassa.device import write_private_file
from kassa.environment import Environment
from kassa.packages.errors import ListIsOlder, ListNotTrusted
from kassa.packages.listing import KeySet, PackageList, Signed, SigningKey
from kassa.packages.plugin_sets import PluginSet
from kassa.text import texts

_, n_ = texts("kassa")
_BYTES = 32
Document = TypeVar("Document")


@dataclass(frozen=True, repr=False)
class HeadquartersKey:
    """A private signing key of headquarters. ``key_id`` is made from its public key."""

    private: Ed25519PrivateKey

    @property
    def signing_key(self) -> SigningKey:
        """Its public side."""
        public = self.private.public_key().public_bytes_raw()
        return SigningKey(hashlib.sha256(public).hexdigest()[:16], public)

    def sign(self, kind: Any, document: PackageList | KeySet | PluginSet | ActivationProof) -> Signed:
        """A document with this key's signature."""
        body = msgspec.json.encode(document)
        return Signed(kind, self.signing_key.key_id, body, self.private.sign(_text(kind, body)))


def create_key(file: Path, environment: Environment) -> HeadquartersKey:
    """A new key, on the disk when this returns; only its owner may read the file."""
    seed = environment.random_bytes(_BYTES)
    write_private_file(file, seed)
    return HeadquartersKey(Ed25519PrivateKey.from_private_bytes(seed))


def load_key(file: Path) -> HeadquartersKey:
    """The key kept in ``file``.

    :raises OSError: it cannot be read.
    :raises ValueError: it is not 32 bytes.
    """
    return HeadquartersKey(Ed25519PrivateKey.from_private_bytes(file.read_bytes()))


def verify_list(
    signed: Signed, key_set: KeySet, *, seen_number: int, scope: str, audience: str = "offline"
) -> PackageList:
    """The list that ``signed`` carries.

    Whether it has expired is for the caller to tell: an old list warns, and never stops selling.

    :param seen_number: of the last list that was accepted here.
    :raises ListIsOlder: its number is lower: headquarters was restored from a backup, or somebody plays it back.
    :raises ListNotTrusted: an unknown or revoked key, a wrong signature, a list for others.
    """
    listed = _open(signed, "package-list", key_set, PackageList)
    if listed.number < seen_number:
        raise _older(listed.number, seen_number)
    if (listed.scope, listed.audience) != (scope, audience):
        raise _not_trusted(f"for {listed.audience} databases of {listed.scope}")
    return listed


def verify_plugin_set(signed: Signed, key_set: KeySet, *, seen_number: int, register_id: str) -> PluginSet:
    """The plugins of a register that ``signed`` carries.

    :param seen_number: of the last set that was taken here.
    :raises ListNotTrusted: an unknown or revoked key, a wrong signature, an older number, another register's.
    """
    given = _open(signed, "plugin-set", key_set, PluginSet)
    if given.number < seen_number:
        raise _not_trusted(f"plugin set {given.number}, seen {seen_number}")
    if given.register_id != register_id:
        raise _not_trusted(f"plugin set of register {given.register_id}")
    return given


def verify_activation(signed: Signed, key_set: KeySet) -> ActivationProof:
    """The activation that ``signed`` tells of.

    :raises ListNotTrusted: an unknown or revoked key, or a wrong signature.
    """
    return _open(signed, KIND, key_set, ActivationProof)


def is_expired(listed: PackageList, now: datetime) -> bool:
    """Whether headquarters should have renewed the list by now."""
    return now > listed.expires_at


def follow(key_set: KeySet, signed_sets: tuple[Signed, ...], kind: str = "key-set") -> KeySet:
    """The newest key set, going from one to the next.

    :raises ListNotTrusted: one of them is not signed by a key of the one before that is still good.
    """
    for signed in signed_sets:
        following = _open(signed, kind, key_set, KeySet)
        if following.number <= key_set.number:
            continue
        if signed.key_id in following.revoked or not following.keys:
            raise _not_trusted(f"key set {following.number} signed by a revoked key")
        key_set = following
    return key_set


def _open(signed: Signed, kind: str, key_set: KeySet, document: type[Document]) -> Document:
    key = next((key for key in key_set.keys if key.key_id == signed.key_id), None)
    if key is None or signed.key_id in key_set.revoked:
        raise _not_trusted(f"key {signed.key_id}")
    if signed.kind != kind:
        raise _not_trusted(f"a {signed.kind}")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed.signature, _text(kind, signed.body))
        return msgspec.json.decode(signed.body, type=document)
    except (InvalidSignature, ValueError) as error:
        raise _not_trusted(type(error).__name__) from error


def _text(kind: str, body: bytes) -> bytes:
    return kind.encode() + b"\n" + body


def _not_trusted(where: str) -> ListNotTrusted:
    return ListNotTrusted(_("The list of data packages is not signed by this retailer's headquarters."), where=where)


def _older(number: int, seen: int) -> ListIsOlder:
    what = _("Headquarters offers an older list of data packages ({number}) than it did before ({seen}).",
             number=str(number), seen=str(seen))  # fmt: skip
    hint = _("Was headquarters restored from a backup? Then it needs: kassa headquarters restored")
    return ListIsOlder(what, hint=hint, where=f"number {number}, seen {seen}")
