"""Tokens for programs that watch registers from outside."""

from __future__ import annotations

from sqlalchemy import Column, Table

from kassa.schema.columns import CHANNEL_ONLY, UtcDateTime, code, identifier, words
from kassa_server.schema.base import channel

monitoring_token = Table(
    "monitoring_token",
    channel,
    Column("token_id", identifier(), primary_key=True),
    Column("name", words(100), nullable=False, doc="what it is for"),
    Column("token_hash", code(64), nullable=False, unique=True, info={CHANNEL_ONLY: True}, doc="SHA-256, hexadecimal"),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", words(100), nullable=False),
    Column("used_at", UtcDateTime(), nullable=True, doc="the last use, to the minute"),
    Column("revoked_at", UtcDateTime(), nullable=True),
)
