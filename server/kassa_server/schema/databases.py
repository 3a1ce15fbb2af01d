"""Channel database groups and the databases in them: which channel and offline databases data packages are made for."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from kassa.schema.columns import UtcDateTime, code, words
from kassa_server.schema.base import channel

ACTIVE, RETIRING, RETIRED = "active", "retiring", "retired"
"""States of a database. *Retiring*: no data any more; *retired* once what its register had not delivered yet is in."""
CHANNEL, OFFLINE = "channel", "offline"
"""Kinds of databases: a store server's, and a register's."""

channel_database_group = Table(
    "channel_database_group",
    channel,
    Column("group_id", code(40), primary_key=True),
    Column("name", words(100), nullable=False),
)
"""Databases that get the same data packages. Each store belongs to one."""

channel_database = Table(
    "channel_database",
    channel,
    Column("database_id", code(40), primary_key=True, doc="of an offline database: its register"),
    Column("kind", code(10), nullable=False, doc="channel or offline"),
    Column("group_id", code(40), nullable=False),
    Column("register_id", code(40), nullable=True, doc="of an offline database"),
    Column("name", words(100), nullable=False),
    Column("state", code(10), nullable=False, doc="active, retiring or retired"),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("retiring_at", UtcDateTime(), nullable=True),
    Column("retired_at", UtcDateTime(), nullable=True),
)
Index("ix_channel_database_group_id", channel_database.c.group_id)
