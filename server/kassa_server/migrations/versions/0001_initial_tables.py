"""Initial tables

Revision: 0001, after None
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "barcode",
        sa.Column("barcode", columns.code(40), nullable=False),
        sa.Column("item_number", columns.code(40), nullable=False),
        sa.Column("quantity", columns.Scaled(3), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("barcode"),
    )
    op.create_index("ix_barcode_item_number", "barcode", ["item_number"], unique=False)
    op.create_index("ix_barcode_row_version", "barcode", ["row_version"], unique=False)
    op.create_table(
        "customer",
        sa.Column("customer_number", columns.code(40), nullable=False),
        sa.Column("name", columns.words(200), nullable=False),
        sa.Column("search_text", columns.words(300), nullable=False),
        sa.Column("phone", columns.words(40), nullable=True),
        sa.Column("email", columns.words(200), nullable=True),
        sa.Column("country", columns.words(60), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("customer_number"),
    )
    op.create_index("ix_customer_row_version", "customer", ["row_version"], unique=False)
    op.create_index("ix_customer_search_text", "customer", ["search_text"], unique=False)
    op.create_table(
        "item",
        sa.Column("item_number", columns.code(40), nullable=False),
        sa.Column("description", columns.words(200), nullable=False),
        sa.Column("search_text", columns.words(300), nullable=False),
        sa.Column("unit", columns.words(10), nullable=False),
        sa.Column("tax_code", columns.code(20), nullable=False),
        sa.Column("unit_price", columns.Scaled(4), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("item_number"),
    )
    op.create_index("ix_item_row_version", "item", ["row_version"], unique=False)
    op.create_table(
        "permission_group",
        sa.Column("permission_group", columns.code(40), nullable=False),
        sa.Column("permissions", columns.document(), nullable=False),
        sa.Column("limits", columns.document(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("permission_group"),
    )
    op.create_index("ix_permission_group_row_version", "permission_group", ["row_version"], unique=False)
    op.create_table(
        "staff",
        sa.Column("staff_id", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("permission_group", columns.code(40), nullable=False),
        sa.Column("language", columns.code(10), nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_index("ix_staff_row_version", "staff", ["row_version"], unique=False)
    op.create_table(
        "suspended_sale",
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("suspended_at", columns.code(40), nullable=False),
        sa.Column("label", columns.words(200), nullable=False),
        sa.Column("transaction", columns.document(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("transaction_id"),
    )
    op.create_index("ix_suspended_sale_row_version", "suspended_sale", ["row_version"], unique=False)
    op.create_table(
        "tax_code",
        sa.Column("tax_code", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("rate", columns.Scaled(4), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("tax_code"),
    )
    op.create_index("ix_tax_code_row_version", "tax_code", ["row_version"], unique=False)
    op.create_table(
        "tombstone",
        sa.Column("table_name", columns.code(40), nullable=False),
        sa.Column("row_key", columns.code(250), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("table_name", "row_key"),
    )
    op.create_index("ix_tombstone_row_version", "tombstone", ["row_version"], unique=False)
    op.create_table(
        "audit",
        sa.Column("audit_id", columns.code(32), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("kind", columns.code(40), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=True),
        sa.Column("staff_id", columns.code(20), nullable=True),
        sa.Column("detail", columns.document(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "command_answer",
        sa.Column("command_id", columns.code(32), nullable=False),
        sa.Column("name", columns.code(100), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("digest", columns.code(64), nullable=False),
        sa.Column("fate", columns.code(10), nullable=False),
        sa.Column("answer", columns.document(), nullable=True),
        sa.Column("answered_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("command_id"),
    )
    op.create_table(
        "journal_conflict",
        sa.Column("series_id", columns.code(32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", columns.code(64), nullable=False),
        sa.Column("entry_id", columns.code(64), nullable=False),
        sa.Column("kind", columns.code(40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("reason", columns.code(40), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", "sequence", "hash"),
    )
    op.create_table(
        "layout_button",
        sa.Column("layout", columns.code(40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("operation", sa.Integer(), nullable=False),
        sa.Column("parameters", columns.document(), nullable=False),
        sa.PrimaryKeyConstraint("layout", "position"),
    )
    op.create_table(
        "offline_profile",
        sa.Column("offline_profile", columns.code(40), nullable=False),
        sa.Column("settings", columns.document(), nullable=False),
        sa.PrimaryKeyConstraint("offline_profile"),
    )
    op.create_table(
        "row_counter",
        sa.Column("name", columns.code(20), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "staff_credential",
        sa.Column("staff_id", columns.code(20), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("time_cost", sa.Integer(), nullable=False),
        sa.Column("memory_cost", sa.Integer(), nullable=False),
        sa.Column("parallelism", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("version", columns.code(32), nullable=False),
        sa.Column("failed_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked_until", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_table(
        "store",
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("currency", columns.code(3), nullable=False),
        sa.Column("timezone", columns.code(60), nullable=False),
        sa.Column("language", columns.code(10), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("country", columns.words(60), nullable=False),
        sa.Column("offline_profile", columns.code(40), nullable=True),
        sa.Column("layout", columns.code(40), nullable=True),
        sa.PrimaryKeyConstraint("store_id"),
    )
    op.create_table(
        "register",
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("support_offline", sa.Boolean(), nullable=False),
        sa.Column("receipt_mask", columns.words(100), nullable=False),
        sa.Column("offline_profile", columns.code(40), nullable=True),
        sa.Column("layout", columns.code(40), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("register_id"),
    )
    op.create_table(
        "store_staff",
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("staff_id", columns.code(20), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "staff_id"),
    )
    op.create_table(
        "tender",
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("tender_id", columns.code(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("rounding", columns.Scaled(4), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "tender_id"),
    )
    op.create_table(
        "device",
        sa.Column("device_id", columns.code(32), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=32), nullable=False),
        sa.Column("activated_at", columns.UtcDateTime(), nullable=False),
        sa.Column("replaced_at", columns.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("device_id"),
    )
    op.create_index("ix_device_register_id", "device", ["register_id"], unique=False)
    op.create_table(
        "register_plugin",
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", columns.code(100), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("settings", columns.document(), nullable=False),
        sa.PrimaryKeyConstraint("register_id", "position"),
    )
    op.create_table(
        "activation_code",
        sa.Column("code_hash", columns.code(64), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("device_id", columns.code(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.device_id"],
        ),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_table(
        "series",
        sa.Column("series_id", columns.code(32), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("device_id", columns.code(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", columns.UtcDateTime(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("closed_at", columns.UtcDateTime(), nullable=True),
        sa.Column("closed_sequence", sa.BigInteger(), nullable=True),
        sa.Column("behind_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.device_id"],
        ),
        sa.PrimaryKeyConstraint("series_id"),
        sa.UniqueConstraint("register_id", "number"),
    )
    op.create_table(
        "head",
        sa.Column("series_id", columns.code(32), nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("unsent", sa.BigInteger(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("packed", columns.document(), nullable=False),
        sa.Column("signature", columns.words(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["series.series_id"],
        ),
        sa.PrimaryKeyConstraint("series_id", "covered"),
    )
    op.create_table(
        "journal_entry",
        sa.Column("entry_id", columns.code(32), nullable=False),
        sa.Column("series_id", columns.code(32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", columns.code(40), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("posting", columns.code(10), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["series.series_id"],
        ),
        sa.PrimaryKeyConstraint("entry_id"),
        sa.UniqueConstraint("series_id", "sequence"),
    )
    op.create_index("ix_journal_entry_posting", "journal_entry", ["posting", "series_id", "sequence"], unique=False)
    op.create_table(
        "parked_entry",
        sa.Column("entry_id", columns.code(32), nullable=False),
        sa.Column("reason", columns.words(1000), nullable=False),
        sa.Column("parked_at", columns.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entry.entry_id"],
        ),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_table(
        "sales_transaction",
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("entry_id", columns.code(32), nullable=False),
        sa.Column("series_id", columns.code(32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", columns.code(10), nullable=False),
        sa.Column("receipt_number", columns.code(100), nullable=True),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("staff_id", columns.code(20), nullable=False),
        sa.Column("customer_number", columns.code(40), nullable=True),
        sa.Column("currency", columns.code(3), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("business_time", columns.UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("local_time", columns.code(40), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("rounding", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("quantity", columns.Scaled(3), nullable=False),
        sa.Column("comment", columns.document(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entry.entry_id"],
        ),
        sa.PrimaryKeyConstraint("transaction_id"),
        sa.UniqueConstraint("entry_id"),
    )
    op.create_index(
        "ix_sales_transaction_business_date", "sales_transaction", ["store_id", "business_date"], unique=False
    )
    op.create_index(
        "ux_sales_transaction_receipt_number",
        "sales_transaction",
        ["register_id", "receipt_number"],
        unique=True,
        sqlite_where=sa.text("receipt_number IS NOT NULL"),
        postgresql_where=sa.text("receipt_number IS NOT NULL"),
        mssql_where=sa.text("receipt_number IS NOT NULL"),
    )
    op.create_table(
        "sales_line",
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("line_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", columns.code(64), nullable=False),
        sa.Column("item_number", columns.code(40), nullable=False),
        sa.Column("description", columns.words(200), nullable=False),
        sa.Column("barcode", columns.code(40), nullable=True),
        sa.Column("unit", columns.words(10), nullable=False),
        sa.Column("quantity", columns.Scaled(3), nullable=False),
        sa.Column("unit_price", columns.Scaled(4), nullable=False),
        sa.Column("list_price", columns.Scaled(4), nullable=False),
        sa.Column("tax_code", columns.code(20), nullable=False),
        sa.Column("tax_rate", columns.Scaled(4), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("return_of", columns.code(100), nullable=True),
        sa.Column("comment", columns.document(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["sales_transaction.transaction_id"],
        ),
        sa.PrimaryKeyConstraint("transaction_id", "line_number"),
    )
    op.create_table(
        "sales_tax",
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("tax_code", columns.code(20), nullable=False),
        sa.Column("rate", columns.Scaled(4), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["sales_transaction.transaction_id"],
        ),
        sa.PrimaryKeyConstraint("transaction_id", "tax_code", "rate"),
    )
    op.create_table(
        "sales_tender",
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("payment_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payment_id", columns.code(64), nullable=False),
        sa.Column("tender_id", columns.code(20), nullable=False),
        sa.Column("kind", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tendered", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("rounding", sa.BigInteger(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("reference", columns.document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["sales_transaction.transaction_id"],
        ),
        sa.PrimaryKeyConstraint("transaction_id", "payment_number"),
    )
