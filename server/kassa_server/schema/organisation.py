"""Stores, registers and what headquarters says of them; staff credentials. Packages for channel databases carry them,
those for offline databases never do.

No foreign key leads here: a channel database apart from headquarters gets these tables in packages, group by group.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table

from kassa.schema.columns import CHANNEL_ONLY, COUNTED_HERE, UtcDateTime, code, document, rate, words
from kassa_server.schema.base import channel

offline_profile = Table(
    "offline_profile",
    channel,
    Column("offline_profile", code(40), primary_key=True),
    Column("settings", document(), nullable=False, doc="JSON object of the fields that differ from their defaults"),
)

store = Table(
    "store",
    channel,
    Column("store_id", code(20), primary_key=True),
    Column("name", words(100), nullable=False),
    Column("currency", code(3), nullable=False),
    Column("timezone", code(60), nullable=False),
    Column("language", code(10), nullable=False),
    Column("tax_included", Boolean, nullable=False),
    Column("country", words(60), nullable=False),
    Column("receipt_layout", document(), nullable=True, doc="JSON object of fields; empty: the plugin's own layout"),
    Column("offline_profile", code(40), nullable=True),
    Column("layout", code(40), nullable=True),
    Column("channel_database_group", code(40), nullable=False),
)
Index("ix_store_channel_database_group", store.c.channel_database_group)

register = Table(
    "register",
    channel,
    Column("register_id", code(40), primary_key=True),
    Column("store_id", code(20), nullable=False),
    Column("name", words(100), nullable=False),
    Column("support_offline", Boolean, nullable=False, doc="set with kassa_server.headquarters.support_offline"),
    Column("receipt_mask", words(100), nullable=False),
    Column("offline_profile", code(40), nullable=True),
    Column("layout", code(40), nullable=True),
    Column(
        "version",
        BigInteger,
        nullable=False,
        server_default="0",
        info={COUNTED_HERE: True},
        doc="rises with every change of the register's record",
    ),
)
Index("ix_register_store_id", register.c.store_id)

register_plugin = Table(
    "register_plugin",
    channel,
    Column("register_id", code(40), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", code(100), nullable=False),
    Column("required", Boolean, nullable=False),
    Column("settings", document(), nullable=False, doc="JSON object"),
)

tender = Table(
    "tender",
    channel,
    Column("store_id", code(20), primary_key=True),
    Column("tender_id", code(20), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", code(20), nullable=False),
    Column("name", words(100), nullable=False),
    Column("rounding", rate(), nullable=True, doc="the smallest amount payable in it; empty: the currency's own"),
    Column("currency", code(3), nullable=True, doc="of the kind currency: which one"),
)

layout = Table(
    "layout",
    channel,
    Column("layout", code(40), primary_key=True),
    Column("name", words(100), nullable=False),
)
"""A screen layout: the button grid of a store's registers, or of one register."""

layout_button = Table(
    "layout_button",
    channel,
    Column("layout", code(40), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("operation", Integer, nullable=False),
    Column("parameters", document(), nullable=False, doc="JSON object"),
)

store_staff = Table(
    "store_staff",
    channel,
    Column("store_id", code(20), primary_key=True),
    Column("staff_id", code(20), primary_key=True),
)
"""Who works where. Staff rows and PIN verifiers go only to the registers of these stores."""

staff_credential = Table(
    "staff_credential",
    channel,
    Column("staff_id", code(20), primary_key=True),
    Column("salt", LargeBinary(16), nullable=False, info={CHANNEL_ONLY: True}),
    Column("time_cost", Integer, nullable=False),
    Column("memory_cost", Integer, nullable=False, doc="KiB"),
    Column("parallelism", Integer, nullable=False),
    Column("hash", LargeBinary(32), nullable=False, info={CHANNEL_ONLY: True}, doc="argon2id of the PIN"),
    Column("version", code(32), nullable=False),
    Column("failed_tries", Integer, nullable=False, server_default="0", info={COUNTED_HERE: True}),
    Column("locked_until", UtcDateTime(), nullable=True, info={COUNTED_HERE: True}),
)
"""Channel only: never rendered for a register, which gets a verifier keyed with its own secret instead."""
