"""What the device key signs for plugins (``register.sign``), and how anybody verifies it."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_FOR_PLUGINS = b"kassa-plugin"
"""What comes before a plugin's text in what is signed: such a signature can stand for no request and no head."""


def verify(public_key: bytes, plugin: str, text: bytes, signature: bytes) -> bool:
    """Whether a device key (its public half, raw) has signed that text for that plugin."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed_for_plugin(plugin, text))
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_for_plugin(plugin: str, text: bytes) -> bytes:
    """The bytes that are signed."""
    return b"\0".join((_FOR_PLUGINS, plugin.encode(), text))
