"""What registers deliver: entries as bytes, conflicts, what could not be posted, commands and their answers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint

from kassa.schema.columns import UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel
from kassa_server.schema.devices import series

WAITING, POSTED, PARKED = "waiting", "posted", "parked"
"""States of posting."""

journal_entry = Table(
    "journal_entry",
    channel,
    Column("entry_id", identifier(), primary_key=True),
    Column("series_id", identifier(), ForeignKey(series.c.series_id), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", code(40), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("data", LargeBinary, nullable=False, doc="the entry's bytes, as they were encoded at finish"),
    Column("received_at", UtcDateTime(), nullable=False),
    Column("posting", code(10), nullable=False),
    UniqueConstraint("series_id", "sequence"),
)
Index("ix_journal_entry_posting", journal_entry.c.posting, journal_entry.c.series_id, journal_entry.c.sequence)

journal_conflict = Table(
    "journal_conflict",
    channel,
    Column("series_id", identifier(), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", code(64), primary_key=True, doc="as claimed, hexadecimal"),
    Column("entry_id", code(64), nullable=False),
    Column("kind", code(40), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("reason", code(40), nullable=False),
    Column("received_at", UtcDateTime(), nullable=False),
)
"""Entries that contradict what is stored. Kept for a person; the same one again is the same row."""

upload_part = Table(
    "upload_part",
    channel,
    Column("sender_id", identifier(), primary_key=True, doc="the device, or the store server that has joined"),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="from 0"),
    Column("upload", code(64), nullable=False, doc="SHA-256 of the whole, hexadecimal"),
    Column("count", Integer, nullable=False, doc="of parts"),
    Column("size", Integer, nullable=False, doc="bytes"),
    Column("data", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime(), nullable=False),
)
"""Parts of an entry that nothing on the way lets through whole, until all of them are here."""

parked_entry = Table(
    "parked_entry",
    channel,
    Column("entry_id", identifier(), ForeignKey(journal_entry.c.entry_id), primary_key=True),
    Column("reason", words(1000), nullable=False, doc="in English"),
    Column("said", document(), nullable=True, doc="the same as a text, JSON: kassa_server.told_words"),
    Column("parked_at", UtcDateTime(), nullable=False),
    Column("tries", Integer, nullable=False),
)

command_answer = Table(
    "command_answer",
    channel,
    Column("command_id", identifier(), primary_key=True),
    Column("name", code(100), nullable=False),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("digest", code(64), nullable=False, doc="SHA-256 of the request"),
    Column("fate", code(10), nullable=False, doc="running (only inside its own transaction), answered, refused"),
    Column("answer", document(), nullable=True, doc="the answer or the refusal, JSON"),
    Column("answered_at", UtcDateTime(), nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0", doc="the last row version when it was done"),
)
