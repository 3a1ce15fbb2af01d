"""Headquarters apart from the store servers: who has joined, and, in a store server's own database, how the contact
with headquarters goes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table

from kassa.schema.columns import CHANNEL_ONLY, UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel

store_server = Table(
    "store_server",
    channel,
    Column("store_server_id", identifier(), primary_key=True),
    Column("database_id", code(40), nullable=False, doc="its channel database"),
    Column("name", words(100), nullable=False),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("joined_at", UtcDateTime(), nullable=False),
    Column("replaced_at", UtcDateTime(), nullable=True, doc="another one has joined for the same channel database"),
    Column("revoked_at", UtcDateTime(), nullable=True, doc="nothing is taken from it any more"),
    Column("contact_at", UtcDateTime(), nullable=True),
    Column("address", words(300), nullable=False, server_default="", doc="where registers reach it, as it says"),
    Column("fingerprint", code(64), nullable=False, server_default="", doc="of its CA, as it says"),
    Column("report", document(), nullable=True, doc="the last StoreServerReport, JSON"),
)
Index("ix_store_server_database_id", store_server.c.database_id)

store_server_code = Table(
    "store_server_code",
    channel,
    Column("code_hash", code(64), primary_key=True, info={CHANNEL_ONLY: True}),
    Column("database_id", code(40), nullable=False),
    Column("name", words(100), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("store_server_id", identifier(), ForeignKey(store_server.c.store_server_id), nullable=True),
)

headquarters_contact = Table(
    "headquarters_contact",
    channel,
    Column("what", code(20), primary_key=True, doc="transactions or packages"),
    Column("attempt_at", UtcDateTime(), nullable=False),
    Column("success_at", UtcDateTime(), nullable=True),
    Column("waiting", BigInteger, nullable=False, doc="entries that headquarters has not acknowledged"),
    Column("error", words(1000), nullable=False),
)
"""In a joined store server's database: the last attempt and the last success, for support."""
