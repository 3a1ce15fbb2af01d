"""One-time codes, for registers and store servers: 120 random bits in groups of four letters and digits."""

from __future__ import annotations

import base64
import hashlib

from kassa.environment import Environment

_BYTES = 15
_GROUP = 4


def new_code(environment: Environment) -> str:
    """A new code."""
    letters = base64.b32encode(environment.random_bytes(_BYTES)).decode()
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def code_hash(code: str) -> str:
    """What is kept of a code: SHA-256 of its letters and digits, however it was typed."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
