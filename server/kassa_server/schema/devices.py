"""Devices, their activation, series and heads; the audit trail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint

from kassa.schema.columns import CHANNEL_ONLY, COUNTED_HERE, UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel

device = Table(
    "device",
    channel,
    Column("device_id", identifier(), primary_key=True),
    Column("register_id", code(40), nullable=False),
    Column("name", words(100), nullable=False),
    Column("public_key", LargeBinary(32), nullable=False),
    Column(
        "secret",
        LargeBinary(32),
        nullable=False,
        info={CHANNEL_ONLY: True},
        doc="keys the PIN verifiers of this register",
    ),
    Column("activated_at", UtcDateTime(), nullable=False),
    Column("replaced_at", UtcDateTime(), nullable=True, doc="another device is the register now"),
    Column("served_by", code(40), nullable=True, doc="the channel database whose store server serves it; empty: here"),
)
Index("ix_device_register_id", device.c.register_id)

device_revocation = Table(
    "device_revocation",
    channel,
    Column("device_id", identifier(), primary_key=True),
    Column("register_id", code(40), nullable=False),
    Column("revoked_at", UtcDateTime(), nullable=False),
    Column("revoked_by", words(100), nullable=False),
)
"""Devices that headquarters trusts no more. What they hand over is stored and waits for a person."""

returning_device = Table(
    "returning_device",
    channel,
    Column("device_id", identifier(), primary_key=True),
    Column("register_id", code(40), nullable=False),
    Column("name", words(100), nullable=False),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("secret", LargeBinary(32), nullable=False, info={CHANNEL_ONLY: True}, doc="as that of a device"),
    Column("series_id", identifier(), nullable=False),
    Column("series_number", Integer, nullable=False),
    Column("activated_at", UtcDateTime(), nullable=False),
    Column("told_at", UtcDateTime(), nullable=False),
)
"""Devices that were activated after the backup that this database was restored from, until they are admitted again."""

activation_code = Table(
    "activation_code",
    channel,
    Column("code_hash", code(64), primary_key=True, info={CHANNEL_ONLY: True}),
    Column("register_id", code(40), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("database_id", code(40), nullable=True, doc="the channel database that takes it; empty: headquarters' own"),
    Column(
        "series_after",
        Integer,
        nullable=False,
        server_default="0",
        doc="the register's highest series number that headquarters knew: a restored store server gives none twice",
    ),
    Column(
        "device_id",
        identifier(),
        ForeignKey(device.c.device_id),
        nullable=True,
        info={COUNTED_HERE: True},
        doc="who has used it",
    ),
)

series = Table(
    "series",
    channel,
    Column("series_id", identifier(), primary_key=True),
    Column("register_id", code(40), nullable=False),
    Column("device_id", identifier(), ForeignKey(device.c.device_id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("opened_at", UtcDateTime(), nullable=False),
    Column("sequence", BigInteger, nullable=False, doc="of the last entry stored"),
    Column("hash", LargeBinary(32), nullable=False, doc="of the last entry stored"),
    Column("closed_at", UtcDateTime(), nullable=True),
    Column("closed_sequence", BigInteger, nullable=True, doc="the last entry known when it was closed"),
    Column("behind_at", UtcDateTime(), nullable=True, doc="when a head behind, or beside, the chain was first seen"),
    UniqueConstraint("register_id", "number"),
)

head = Table(
    "head",
    channel,
    Column("series_id", identifier(), ForeignKey(series.c.series_id), primary_key=True),
    Column("covered", Boolean, primary_key=True, doc="True: the last head whose entries are all stored"),
    Column("sequence", BigInteger, nullable=False),
    Column("unsent", BigInteger, nullable=False),
    Column("at", UtcDateTime(), nullable=False, doc="the register's clock"),
    Column("received_at", UtcDateTime(), nullable=False, doc="the store server's clock"),
    Column("packed", document(), nullable=False, doc="as it was signed"),
    Column("signature", words(100), nullable=False),
)

audit = Table(
    "audit",
    channel,
    Column("audit_id", identifier(), primary_key=True),
    Column("at", UtcDateTime(), nullable=False),
    Column("kind", code(40), nullable=False),
    Column("register_id", code(40), nullable=True),
    Column("staff_id", code(20), nullable=True),
    Column("detail", document(), nullable=False, doc="JSON object"),
)
Index("ix_audit_at", audit.c.at)
