"""What people have said about completeness: findings they have dealt with, periods they have closed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, LargeBinary, Table

from kassa.schema.columns import UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel
from kassa_server.schema.devices import series
from kassa_server.schema.organisation import store

handled_finding = Table(
    "handled_finding",
    channel,
    Column("finding_id", code(100), primary_key=True),
    Column("kind", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("note", words(1000), nullable=False),
    Column("author", words(100), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
)
"""What it is about stays where it is; this only says that a person has looked, and what they found."""

closed_period = Table(
    "closed_period",
    channel,
    Column("period_id", identifier(), primary_key=True),
    Column("store_id", code(20), ForeignKey(store.c.store_id), nullable=False),
    Column("first_date", Date, nullable=False),
    Column("last_date", Date, nullable=False, doc="inclusive; both by the store's calendar"),
    Column("author", words(100), nullable=False),
    Column("closed_at", UtcDateTime(), nullable=False),
    Column("complete", Boolean, nullable=False, doc="False: closed although something was missing or unknown"),
    Column("reason", words(1000), nullable=False, doc="why it was closed all the same; empty if complete"),
    Column("certificates", document(), nullable=False, doc="JSON list of the registers' certificates as they were"),
)
Index("ix_closed_period_store_id", closed_period.c.store_id, closed_period.c.first_date)

closed_period_series = Table(
    "closed_period_series",
    channel,
    Column("period_id", identifier(), ForeignKey(closed_period.c.period_id), primary_key=True),
    Column("series_id", identifier(), ForeignKey(series.c.series_id), primary_key=True),
    Column("sequence", BigInteger, nullable=False, doc="the last entry stored at the close: later ones are late"),
    Column("hash", LargeBinary(32), nullable=False, doc="of that entry: what was closed cannot be rewritten unseen"),
)
