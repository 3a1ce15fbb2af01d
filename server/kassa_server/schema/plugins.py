"""Plugins from wheels: the allow-list, which of them run where, each register's locked set, the keys that sign it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from kassa.schema.columns import UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel

plugin_wheel = Table(
    "plugin_wheel",
    channel,
    Column("sha256", code(64), primary_key=True, doc="of the file, hexadecimal"),
    Column("distribution", code(100), nullable=False, doc="its normalized name"),
    Column("version", code(60), nullable=False),
    Column("file_name", code(250), nullable=False, unique=True),
    Column("package_id", identifier(), nullable=False, unique=True, doc="its file's, in the storage of packages"),
    Column("size", BigInteger, nullable=False),
    Column("facts", document(), nullable=False, doc="JSON: what the wheel says of itself, read without importing it"),
    Column("declared", document(), nullable=True, doc="JSON: what its plugins declare, by entry point; once approved"),
    Column("state", code(10), nullable=False, doc="uploaded, approved, withdrawn"),
    Column("uploaded_at", UtcDateTime(), nullable=False),
    Column("uploaded_by", words(100), nullable=False),
    Column("decided_at", UtcDateTime(), nullable=True),
    Column("decided_by", words(100), nullable=False),
)
Index("ix_plugin_wheel_distribution", plugin_wheel.c.distribution, plugin_wheel.c.version)

plugin_choice = Table(
    "plugin_choice",
    channel,
    Column("choice_id", identifier(), primary_key=True, doc="rises"),
    Column("level", code(10), nullable=False, doc="all, store, group, register"),
    Column("target", code(40), nullable=False, doc="the store's, group's or register's id; empty: of all"),
    Column("distribution", code(100), nullable=False),
    Column("version", code(60), nullable=False, doc="empty: off; -: nothing is chosen there any more"),
    Column("settings", document(), nullable=False, doc="JSON: by plugin"),
    Column("required", Boolean, nullable=False, doc="without it the register starts no sale"),
    Column("percent", Integer, nullable=False, doc="of the target's registers that have it already"),
    Column("chosen_at", UtcDateTime(), nullable=False),
    Column("chosen_by", words(100), nullable=False),
)
Index("ix_plugin_choice_target", plugin_choice.c.level, plugin_choice.c.target, plugin_choice.c.distribution)

register_group_member = Table(
    "register_group_member",
    channel,
    Column("group_name", code(40), primary_key=True),
    Column("register_id", code(40), primary_key=True),
)

plugin_set = Table(
    "plugin_set",
    channel,
    Column("register_id", code(40), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False, doc="rises"),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("contents", code(64), nullable=False, doc="SHA-256 of what it says"),
    Column("signed", document(), nullable=False, doc="JSON"),
)

plugin_key_set = Table(
    "plugin_key_set",
    channel,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("signed", document(), nullable=False, doc="JSON; the first is signed by its own key"),
)
