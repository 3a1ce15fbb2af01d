"""Headquarters' users and who of them is logged on. None of it is sent in packages."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table

from kassa.schema.columns import CHANNEL_ONLY, UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel

headquarters_user = Table(
    "headquarters_user",
    channel,
    Column("user_id", identifier(), primary_key=True),
    Column("name", words(100), nullable=False),
    Column("folded_name", code(200), nullable=False, unique=True, doc="what a typed name is compared with"),
    Column("role", code(20), nullable=False, doc="administrator, manager, viewer"),
    Column("password", words(200), nullable=False, info={CHANNEL_ONLY: True}, doc="argon2id, PHC string"),
    Column("blocked", Boolean, nullable=False),
    Column("failed_tries", Integer, nullable=False),
    Column("locked_until", UtcDateTime(), nullable=True),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("logged_on_at", UtcDateTime(), nullable=True),
)

headquarters_log_on = Table(
    "headquarters_log_on",
    channel,
    Column(
        "token_hash",
        code(64),
        primary_key=True,
        info={CHANNEL_ONLY: True},
        doc="SHA-256 of what the browser holds",
    ),
    Column("user_id", identifier(), ForeignKey(headquarters_user.c.user_id), nullable=False),
    Column("opened_at", UtcDateTime(), nullable=False),
    Column("seen_at", UtcDateTime(), nullable=False),
    Column("notice", document(), nullable=True, doc="what the next page says, JSON; then it is gone"),
)
Index("ix_headquarters_log_on_user_id", headquarters_log_on.c.user_id)
