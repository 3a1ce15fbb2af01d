"""card payments without an answer

Revision: 0018, after 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "card_payment",
        sa.Column("payment_id", columns.code(64), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("tender_id", columns.code(20), nullable=False),
        sa.Column("currency", columns.code(3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", columns.UtcDateTime(), nullable=False),
        sa.Column("outcome", columns.code(20), nullable=True),
        sa.Column("settled_at", columns.UtcDateTime(), nullable=True),
        sa.Column("settled_by", columns.code(20), nullable=True),
        sa.Column("said", columns.words(200), nullable=True),
        sa.PrimaryKeyConstraint("payment_id"),
    )
    op.create_index("ix_card_payment_outcome", "card_payment", ["outcome"], unique=False)
