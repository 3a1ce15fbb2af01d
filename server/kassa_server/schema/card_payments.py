"""Card payments of which a register did not know, when their sale went on, whether the card had been charged."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from kassa.schema.columns import UtcDateTime, code, identifier, minor_units, words
from kassa_server.schema.base import channel

card_payment = Table(
    "card_payment",
    channel,
    Column("payment_id", code(64), primary_key=True),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("transaction_id", identifier(), nullable=False),
    Column("tender_id", code(20), nullable=False),
    Column("currency", code(3), nullable=False),
    Column("amount", minor_units(), nullable=False, doc="negative: a refund"),
    Column("noted_at", UtcDateTime(), nullable=False),
    Column("outcome", code(20), nullable=True, doc="taken_back, charged or paid_back; empty: not known yet"),
    Column("settled_at", UtcDateTime(), nullable=True),
    Column("settled_by", code(20), nullable=True, doc="staff id"),
    Column("said", words(200), nullable=True, doc="the terminal's words"),
)
Index("ix_card_payment_outcome", card_payment.c.outcome)
