"""A register's identity: its Ed25519 device key, the secret that keys PIN verifiers, and what it signs.

Key and secret are files in the register's folder that only its owner may read. The server keeps the public key; it
keeps the secret too, as it makes the verifiers with it (:mod:`kassa.credentials`).

Two texts are signed: each request (:func:`kassa.protocol.signed_text`), and the journal's head by itself
(:func:`head_text`), so that a head stays proof of where the journal stood after the request is forgotten.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kassa.environment import Clock, Environment
from kassa.errors import DeviceNotTrusted, SetupError
from kassa.protocol import (
    DEVICE_HEADER,
    HEAD_HEADER,
    HEAD_SIGNATURE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    Head,
    pack,
    signed_text,
    unpack_head,
)
from kassa.signatures import signed_for_plugin
from kassa.text import texts

_, n_ = texts("kassa")

KEY_FILE = "device.key"
SECRET_FILE = "device.secret"
_BYTES = 32


@dataclass(frozen=True, repr=False)
class DeviceKey:
    """The private key and the secret of a register.

    :param private: Ed25519.
    :param secret: 32 bytes that key the PIN verifiers for offline log on.
    """

    private: Ed25519PrivateKey
    secret: bytes

    @property
    def public(self) -> bytes:
        """The public key, raw, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        """The Ed25519 signature of ``text``, 64 bytes."""
        return self.private.sign(text)


def create_device_key(folder: Path, environment: Environment) -> DeviceKey:
    """A new key and secret, on the disk when this returns: before the store server hears of them.

    A key that is there already is replaced; the register is another device from then on.
    """
    seed, secret = environment.random_bytes(_BYTES), environment.random_bytes(_BYTES)
    write_private_file(folder / KEY_FILE, seed)
    write_private_file(folder / SECRET_FILE, secret)
    return DeviceKey(Ed25519PrivateKey.from_private_bytes(seed), secret)


def load_device_key(folder: Path) -> DeviceKey:
    """The key and secret kept in ``folder``.

    :raises SetupError: one of them is missing or is not 32 bytes.
    """
    return DeviceKey(Ed25519PrivateKey.from_private_bytes(_read(folder / KEY_FILE)), _read(folder / SECRET_FILE))


def _read(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _no_key(file) from error
    if len(content) != _BYTES:
        raise _no_key(file)
    return content


def _no_key(file: Path) -> SetupError:
    return SetupError(
        _("This register's device key is missing or damaged."),
        kept=_("The journal and everything sold is kept."),
        hint=_("Activate the register again with a new activation code."),
        where=str(file),
    )


def write_private_file(file: Path, content: bytes) -> None:
    """Write ``content`` so that only the owner may read it, in one step: the old file, or the new one whole."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


class DeviceSigner:
    """Signs what a register sends.

    :param head: where the journal stands, asked at each request.
    """

    def __init__(self, key: DeviceKey, device_id: str, clock: Clock, head: Callable[[], Head]) -> None:
        self._key = key
        self._device_id = device_id
        self._clock = clock
        self._head = head

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """The headers that say who asks, sign the request and carry the signed head.

        :param path: as in the request line, without host and query: ``/v1/requests/kassa.find_item``.
        """
        head = pack(self._head())
        at = self._clock.utc().isoformat()
        return {
            DEVICE_HEADER: self._device_id,
            TIME_HEADER: at,
            HEAD_HEADER: head,
            HEAD_SIGNATURE_HEADER: _as_text(self._key.sign(head_text(head))),
            SIGNATURE_HEADER: _as_text(self._key.sign(signed_text(method, path, body, at, head))),
        }


def head_text(head: str) -> bytes:
    """The text that a device signs for a head as :func:`kassa.protocol.pack` made it."""
    return f"kassa-head\n{head}".encode()


@dataclass(frozen=True)
class SignedHead:
    """A head with its proof: ``packed`` and ``signature`` as they came, base64."""

    head: Head
    packed: str
    signature: str


def verify_request(public_key: bytes, headers: Mapping[str, str], method: str, path: str, body: bytes) -> SignedHead:
    """The head of a request whose signatures are both good.

    :param headers: of the request; looked up by the names in :mod:`kassa.protocol`.
    :raises DeviceNotTrusted: a header is missing, or a signature is not by ``public_key``.
    """
    packed, at = headers.get(HEAD_HEADER, ""), headers.get(TIME_HEADER, "")
    signature = headers.get(HEAD_SIGNATURE_HEADER, "")
    _verify(public_key, headers.get(SIGNATURE_HEADER, ""), signed_text(method, path, body, at, packed))
    verify_head(public_key, packed, signature)
    try:
        return SignedHead(unpack_head(packed), packed, signature)
    except (msgspec.DecodeError, ValueError) as error:
        raise _not_trusted() from error


def verify_head(public_key: bytes, packed: str, signature: str) -> None:
    """Check the signature of a head by itself.

    :raises DeviceNotTrusted: it is not by ``public_key``.
    """
    _verify(public_key, signature, head_text(packed))


def _verify(public_key: bytes, signature: str, text: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(base64.urlsafe_b64decode(signature), text)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise _not_trusted() from error


def _not_trusted() -> DeviceNotTrusted:
    return DeviceNotTrusted(
        _("The store server does not recognise this register's signature."),
        hint=_("Go on selling offline, and have the register activated again."),
    )


def _as_text(signature: bytes) -> str:
    return base64.urlsafe_b64encode(signature).decode()


def sign_for_plugin(key: DeviceKey, plugin: str, text: bytes) -> bytes:
    """The device key's signature of a plugin's text (:func:`kassa.signatures.verify`)."""
    return key.private.sign(signed_for_plugin(plugin, text))
