"""gift cards, loyalty cards and customer accounts

Revision: 0024, after 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "tender_account",
        sa.Column("account_number", columns.code(40), nullable=False),
        sa.Column("kind", columns.code(20), nullable=False),
        sa.Column("currency", columns.code(3), nullable=False),
        sa.Column("balance", columns.unit_price(), nullable=False),
        sa.Column("credit_limit", columns.unit_price(), server_default="0", nullable=False),
        sa.Column("customer_number", columns.code(40), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("account_number"),
    )
    op.create_index("ix_tender_account_row_version", "tender_account", ["row_version"], unique=False)
    op.create_table(
        "tender_account_entry",
        sa.Column("entry_id", columns.code(40), nullable=False),
        sa.Column("account_number", columns.code(40), nullable=False),
        sa.Column("debit", sa.Boolean(), nullable=False),
        sa.Column("amount", columns.unit_price(), nullable=False),
        sa.Column("worth", columns.unit_price(), nullable=False),
        sa.Column("state", columns.code(10), nullable=False),
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("made_at", columns.code(40), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index("ix_tender_account_entry_row_version", "tender_account_entry", ["row_version"], unique=False)
    op.create_index("ix_tender_account_entry_account_number", "tender_account_entry", ["account_number"], unique=False)
