"""What goes over the wire between register and store server (protocol version 2; 1 is still spoken).

::

    POST /v1/activate            ActivationRequest -> ActivationAnswer       one-time code, no signature
    POST /v1/introduce           Introduction -> Introduced                  signed by a device that is not known
    POST /v1/requests/<name>     RequestEnvelope -> Answered                 signed by the device
    POST /v1/journal             JournalBatch -> JournalAcknowledgement      signed by the device
    POST /v1/journal/parts       JournalPart -> PartTaken                    signed by the device
    POST /v1/packages            ListRequest -> ListAnswer                   signed by the device
    GET  /v1/packages/<id>       a data package, by ranges if wanted         signed by the device
    GET  /healthz                                                            for supervisors

What is posted to ``/v1/journal`` may be compressed (``Content-Encoding: zstd``, since version 2; the signature is over
what is sent), and is then in JSON or, smaller, in MessagePack. 413 asks for smaller batches (one entry that is refused
by itself goes in parts), 503 with ``Retry-After`` for a pause.

An *answer* (S1) has the content type :data:`CONTENT_TYPE` and the header :data:`PROTOCOL_HEADER`. A refusal is an
answer whose body is ``{"refusal": {...}}``. Each request carries the journal's head, signed.

A signature (Ed25519, by the device key) covers method, path, the SHA-256 of the body, the time and the head, each on
a line of its own: :func:`signed_text`.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

import msgspec

from kassa.errors import REFUSALS, NotAllowed, Refusal
from kassa.model import RegisterRecord
from kassa.packages.listing import KeySet, Signed
from kassa.runtime.request import RequestContext
from kassa.text import Text

PROTOCOL = 2
SPOKEN = (2, 1)
"""Versions this side speaks, best first. Version 1 knows no ``server_time`` in answers and nothing compressed."""

CONTENT_TYPE = "application/vnd.kassa+json"
PROTOCOL_HEADER = "Kassa-Protocol"
DEVICE_HEADER = "Kassa-Device"
TIME_HEADER = "Kassa-Time"
HEAD_HEADER = "Kassa-Head"
HEAD_SIGNATURE_HEADER = "Kassa-Head-Signature"
SIGNATURE_HEADER = "Kassa-Signature"

NO_ANSWER_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""Never an answer, whatever they carry (S1)."""


class Head(msgspec.Struct, frozen=True):
    """Where a register's journal stands: sent, signed, with each contact. ``hash`` in hexadecimal."""

    register_id: str
    series: str
    sequence: int
    hash: str
    unsent: int
    at: datetime


class RequestEnvelope(msgspec.Struct, frozen=True):
    """A request and who asks."""

    context: RequestContext
    request: msgspec.Raw


class RefusalMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal as it travels; see :mod:`kassa.errors` for the codes."""

    code: str
    what: Text
    hint: Text | None = None
    where: str = ""
    override: bool = False

    def error(self) -> Refusal:
        """The refusal to raise: the class that ``code`` names, a plain one for a code of another version."""
        kind = REFUSALS.get(self.code, Refusal)
        if issubclass(kind, NotAllowed):
            refusal: Refusal = kind(self.what, hint=self.hint, where=self.where, override=self.override)
        else:
            refusal = kind(self.what, hint=self.hint, where=self.where)
        refusal.by_store_server = True
        return refusal


class Answered(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer, or a refusal (``answer`` is empty). ``server_time`` since protocol 2."""

    answer: msgspec.Raw = msgspec.Raw()
    refusal: RefusalMessage | None = None
    server_time: datetime | None = None


class WireEntry(msgspec.Struct, frozen=True):
    """One journal entry as stored: ``data`` are the bytes as they were encoded at finish (base64 in JSON)."""

    sequence: int
    entry_id: str
    kind: str
    hash: str
    data: bytes


class JournalBatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries of one series, in sequence. ``previous`` is the hash before the first (hexadecimal).

    ``beside``: the register has been told that its journal contradicts the store server's (a copy, an old backup). What
    is not in the chain is kept beside it, for a person; nothing continues the chain.
    """

    series: str
    previous: str
    entries: tuple[WireEntry, ...]
    beside: bool = False


class JournalAcknowledgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything up to ``sequence`` is stored. ``conflict`` names an entry whose id is known with another hash, or
    that does not continue the chain; it is kept for a person, nothing was overwritten, and later entries wait."""

    series: str
    sequence: int
    hash: str
    conflict: str | None = None
    head_is_behind: bool = False
    """The server's last entry is later than the register's head: a copied or restored journal."""
    kept: int = 0
    """Of entries handed over ``beside``: up to here they are in the chain or kept beside it."""


class JournalPart(msgspec.Struct, frozen=True):
    """A part of what is posted to ``/v1/journal``, compressed: of one entry that nothing on the way lets through whole.

    :param upload: SHA-256 of the whole (hexadecimal).
    :param number: from 0; ``count``: how many parts there are.
    """

    upload: str
    number: int
    count: int
    data: bytes


class PartTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part is kept. ``acknowledgement``: all of them were there, and what they make has been taken in."""

    acknowledgement: JournalAcknowledgement | None = None


class ActivationRequest(msgspec.Struct, frozen=True):
    """A device asks to become a register. ``public_key`` is raw Ed25519 (32 bytes); ``secret`` keys the PIN verifiers
    (32 bytes); ``series`` is the new series' id."""

    code: str
    public_key: bytes
    secret: bytes
    series: str
    device_name: str = ""


class ActivationAnswer(msgspec.Struct, frozen=True):
    """The device is a register now. ``series_number`` is the number of its series, for receipt numbers."""

    device_id: str
    series_number: int
    record: RegisterRecord
    key_set: KeySet | None = None
    """The keys of headquarters, which the register pins."""
    plugin_key_set: KeySet | None = None
    """The keys that sign sets of plugins, and nothing else; pinned too."""
    proof: Signed | None = None
    """Headquarters' word for this activation (:mod:`kassa.activation_proof`); None: this store server has none."""


def signed_text(method: str, path: str, body: bytes, at: str, head: str) -> bytes:
    """The text that a device signs."""
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join(("kassa", method, path, digest, at, head)).encode()


def pack(value: Any) -> str:
    """A small structure as header text: base64 of its JSON."""
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode()


def unpack_head(text: str) -> Head:
    """The head that :func:`pack` made.

    :raises msgspec.DecodeError: it is not one.
    """
    return msgspec.json.decode(base64.urlsafe_b64decode(text), type=Head)
