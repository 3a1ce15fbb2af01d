"""coupons

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("discount", sa.Column("coupon_required", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "coupon",
        sa.Column("coupon_code", columns.code(40), nullable=False),
        sa.Column("discount_id", columns.code(40), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("usage_limit", sa.Integer(), nullable=True),
        sa.Column("valid_from", columns.day(), nullable=False),
        sa.Column("valid_to", columns.day(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("coupon_code"),
    )
    op.create_index("ix_coupon_row_version", "coupon", ["row_version"], unique=False)
    op.create_table(
        "coupon_use",
        sa.Column("use_id", columns.code(80), nullable=False),
        sa.Column("coupon_code", columns.code(40), nullable=False),
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("used_at", columns.code(40), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("use_id"),
    )
    op.create_index("ix_coupon_use_row_version", "coupon_use", ["row_version"], unique=False)
    op.create_index("ix_coupon_use_coupon_code", "coupon_use", ["coupon_code"], unique=False)
