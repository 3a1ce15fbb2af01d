"""Journal entries: encoded once, when they are made; stored, sent and archived as those bytes."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from kassa.model import Transaction
from kassa.sale.totals import Totals

FORMAT = 1
GENESIS = bytes(32)
"""The hash before a series' first entry."""
CORE_KINDS = frozenset({"sale", "void", "command"})
"""Entries whose payload others rely on; a plugin's own events have other kinds."""


class EntryBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an entry's bytes say, as JSON.

    ``kind``: ``sale`` (returns too), ``void``, ``command``, ``log_on``, ``audit``, ``drawer``, ``copy``, or a
    plugin's own.
    ``at`` is UTC; ``local_time`` the store's wall clock; ``clock_offset_ms`` the last known offset to the server.
    ``payload`` by kind: :class:`SalePayload`, :class:`CommandPayload`, :class:`DrawerPayload`, :class:`CopyPayload`, or
    a plugin's own.
    """

    format: int
    series: str
    sequence: int
    entry_id: str
    kind: str
    store_id: str
    register_id: str
    at: datetime
    local_time: str
    payload: msgspec.Raw
    staff_id: str | None = None
    receipt_number: str | None = None
    clock_offset_ms: int | None = None
    training: bool = False
    clock_set_back: bool = False


class SalePayload(msgspec.Struct, frozen=True):
    """The payload of a ``sale`` or a ``void``: the transaction as finished, and what it amounted to."""

    transaction: Transaction
    totals: Totals


class CopyPayload(msgspec.Struct, frozen=True):
    """The payload of a ``copy``: the receipt of that entry was printed once more, marked as a copy. ``amount`` is its
    total."""

    entry_id: str
    receipt_number: str
    amount: Decimal


class DrawerPayload(msgspec.Struct, frozen=True, omit_defaults=True):
    """The payload of a ``drawer``: the cash drawer was opened without a sale."""

    reason: str = ""
    approved_by: str | None = None


class CommandPayload(msgspec.Struct, frozen=True, omit_defaults=True):
    """The payload of a ``command``: done under its id. ``online`` tells that the store server's answer was seen."""

    command_id: str
    name: str
    request: msgspec.Raw
    online: bool
    plugin: str = "kassa"
    version: str = ""


def encode_entry(body: EntryBody) -> bytes:
    """The entry's bytes. Called once per entry."""
    return msgspec.json.encode(body)


def decode_entry(data: bytes) -> EntryBody:
    """An entry read back.

    :raises msgspec.DecodeError: the bytes are not an entry.
    """
    return msgspec.json.decode(data, type=EntryBody)


def chain_hash(previous: bytes, data: bytes) -> bytes:
    """SHA-256 of the previous entry's hash followed by this entry's bytes (system.md)."""
    return hashlib.sha256(previous + data).digest()


def raw(value: Any) -> msgspec.Raw:
    """A value as JSON to be put into an entry as it is."""
    return msgspec.Raw(msgspec.json.encode(value))
