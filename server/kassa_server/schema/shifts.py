"""Shifts that are open, and Z reports as registers have made them, with whether the sales that came agree."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table

from kassa.schema.columns import UtcDateTime, code, document, identifier, minor_units
from kassa_server.schema.base import channel
from kassa_server.schema.journal import journal_entry

shift_report = Table(
    "shift_report",
    channel,
    Column("entry_id", identifier(), ForeignKey(journal_entry.c.entry_id), primary_key=True),
    Column("series_id", identifier(), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("number", Integer, nullable=False, doc="the Z's, counted by the register"),
    Column("shift_id", identifier(), nullable=False),
    Column("closed_at", UtcDateTime(), nullable=False),
    Column("business_date", Date, nullable=False, doc="the store's date then"),
    Column("currency", code(3), nullable=False),
    Column("receipts", Integer, nullable=False),
    Column("total", minor_units(), nullable=False, doc="sales less returns, tax included, before cash rounding"),
    Column("grand_total_sales", minor_units(), nullable=False),
    Column("grand_total_returns", minor_units(), nullable=False),
    Column("report", document(), nullable=False, doc="the report as JSON, as the register made it"),
    Column("agrees", Boolean, nullable=False, doc="with the sales that were posted when it was posted"),
)
Index("ix_shift_report_register_id", shift_report.c.register_id, shift_report.c.number)
Index("ix_shift_report_shift_id", shift_report.c.shift_id)
Index("ix_shift_report_closed_at", shift_report.c.closed_at, shift_report.c.entry_id)

open_shift = Table(
    "open_shift",
    channel,
    Column("shift_id", identifier(), primary_key=True),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("drawer", code(40), nullable=False),
    Column("status", code(20), nullable=False, doc="open, suspended, blind_closed, claimed or taken; no closed one"),
    Column("opened_at", UtcDateTime(), nullable=False),
    Column("opened_by", code(20), nullable=False),
    Column("event", document(), nullable=True, doc="the shift as it was put aside: JSON of a ShiftEvent"),
)
Index("ix_open_shift_drawer", open_shift.c.store_id, open_shift.c.drawer)
