"""What a device was given at its activation: headquarters' signed word that it is a register.

It is shown when a store server does not know the device any more: its database was restored from a backup that is older
than the activation. An administrator then admits the device again, and it goes on with its key and its series.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kassa.packages.listing import Signed

PATH = "/v1/introduce"
KIND = "activation"


class ActivationProof(msgspec.Struct, frozen=True):
    """Which device became which register. ``public_key`` is raw Ed25519, ``secret_sha256`` in hexadecimal."""

    register_id: str
    device_id: str
    public_key: bytes
    secret_sha256: str
    series: str
    series_number: int
    activated_at: datetime


class Introduction(msgspec.Struct, frozen=True):
    """A device that is not known shows what it was given, signed by its key. ``secret`` keys the PIN verifiers."""

    proof: Signed
    secret: bytes
    device_name: str = ""


class Introduced(msgspec.Struct, frozen=True):
    """It is noted. ``known``: the device is known, and there was nothing to note."""

    known: bool
