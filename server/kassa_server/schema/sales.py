"""Sales and returns as posted. Amounts are minor units of the transaction's currency."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table

from kassa.schema.columns import (
    UtcDateTime,
    code,
    document,
    identifier,
    minor_units,
    quantity,
    rate,
    unit_price,
    words,
)
from kassa_server.schema.base import channel
from kassa_server.schema.journal import journal_entry

sales_transaction = Table(
    "sales_transaction",
    channel,
    Column("transaction_id", identifier(), primary_key=True),
    Column("entry_id", identifier(), ForeignKey(journal_entry.c.entry_id), nullable=False, unique=True),
    Column("series_id", identifier(), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", code(10), nullable=False, doc="sale (returns too) or void"),
    Column("receipt_number", code(100), nullable=True),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("staff_id", code(20), nullable=False),
    Column("customer_number", code(40), nullable=True),
    Column("currency", code(3), nullable=False),
    Column("started_at", UtcDateTime(), nullable=False),
    Column("business_time", UtcDateTime(), nullable=False, doc="when it was finished"),
    Column("business_date", Date, nullable=False, doc="the store's date then"),
    Column("local_time", code(40), nullable=False, doc="the store's wall clock, ISO 8601 with offset"),
    Column("total", minor_units(), nullable=False, doc="to be paid, tax included, before cash rounding"),
    Column("tax", minor_units(), nullable=False),
    Column("discount", minor_units(), nullable=False),
    Column("rounding", minor_units(), nullable=False),
    Column("paid", minor_units(), nullable=False),
    Column("change", minor_units(), nullable=False),
    Column("quantity", quantity(), nullable=False, doc="number of articles"),
    Column("comment", document(), nullable=True),
)
Index("ix_sales_transaction_business_date", sales_transaction.c.store_id, sales_transaction.c.business_date)
Index(
    "ux_sales_transaction_receipt_number",
    sales_transaction.c.register_id,
    sales_transaction.c.receipt_number,
    unique=True,
    sqlite_where=sales_transaction.c.receipt_number.is_not(None),
    postgresql_where=sales_transaction.c.receipt_number.is_not(None),
    mssql_where=sales_transaction.c.receipt_number.is_not(None),
)

Index("ix_sales_transaction_customer_number", sales_transaction.c.customer_number)

_transaction_id = sales_transaction.c.transaction_id

sales_line = Table(
    "sales_line",
    channel,
    Column("transaction_id", identifier(), ForeignKey(_transaction_id), primary_key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False),
    Column("line_id", code(64), nullable=False),
    Column("item_number", code(40), nullable=False),
    Column("description", words(200), nullable=False),
    Column("barcode", code(40), nullable=True),
    Column("unit", words(10), nullable=False),
    Column("quantity", quantity(), nullable=False, doc="negative: a return"),
    Column("unit_price", unit_price(), nullable=False, doc="in force"),
    Column("list_price", unit_price(), nullable=False, doc="the item's own when it was scanned"),
    Column("tax_code", code(20), nullable=False),
    Column("tax_rate", rate(), nullable=False),
    Column("gross", minor_units(), nullable=False),
    Column("discount", minor_units(), nullable=False),
    Column("net", minor_units(), nullable=False),
    Column("tax", minor_units(), nullable=False),
    Column("voided", Boolean, nullable=False),
    Column("return_of", code(100), nullable=True),
    Column("comment", document(), nullable=True),
)

Index(
    "ix_sales_line_return_of",
    sales_line.c.return_of,
    sqlite_where=sales_line.c.return_of.is_not(None),
    postgresql_where=sales_line.c.return_of.is_not(None),
    mssql_where=sales_line.c.return_of.is_not(None),
)

sales_field = Table(
    "sales_field",
    channel,
    Column("transaction_id", identifier(), ForeignKey(_transaction_id), primary_key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False, doc="0: of the transaction itself"),
    Column("name", code(80), primary_key=True, doc="plugin, point, field: kassa.transaction_fields"),
    Column("value", document(), nullable=False, doc="as text"),
)

sales_tender = Table(
    "sales_tender",
    channel,
    Column("transaction_id", identifier(), ForeignKey(_transaction_id), primary_key=True),
    Column("payment_number", Integer, primary_key=True, autoincrement=False),
    Column("payment_id", code(64), nullable=False),
    Column("tender_id", code(20), nullable=False),
    Column("kind", code(20), nullable=False),
    Column("name", words(100), nullable=False),
    Column("amount", minor_units(), nullable=False),
    Column("tendered", minor_units(), nullable=False),
    Column("change", minor_units(), nullable=False),
    Column("rounding", minor_units(), nullable=False),
    Column("voided", Boolean, nullable=False),
    Column("reference", document(), nullable=False, doc="JSON object: the card terminal's words"),
)

sales_tax = Table(
    "sales_tax",
    channel,
    Column("transaction_id", identifier(), ForeignKey(_transaction_id), primary_key=True),
    Column("tax_code", code(20), primary_key=True),
    Column("rate", rate(), primary_key=True),
    Column("base", minor_units(), nullable=False),
    Column("tax", minor_units(), nullable=False),
)
