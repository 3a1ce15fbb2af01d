"""periodic discounts

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "discount_product",
        sa.Column("discount_id", columns.code(40), nullable=False),
        sa.Column("line_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("item_number", columns.code(40), nullable=False),
        sa.Column("category", columns.code(40), nullable=False),
        sa.Column("line_group", columns.code(20), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("discount_id", "line_number"),
    )
    op.create_index("ix_discount_product_row_version", "discount_product", ["row_version"], unique=False)
    op.create_index("ix_discount_product_item_number", "discount_product", ["item_number"], unique=False)
    op.create_index("ix_discount_product_category", "discount_product", ["category"], unique=False)
    op.add_column("item", sa.Column("category", columns.code(40), nullable=True))
    op.drop_table("discount")
    op.create_table(
        "discount",
        sa.Column("discount_id", columns.code(40), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("discount_type", columns.code(20), server_default="simple", nullable=False),
        sa.Column("concurrency", columns.code(20), server_default="best_price", nullable=False),
        sa.Column("kind", columns.code(20), nullable=False),
        sa.Column("value", columns.unit_price(), nullable=False),
        sa.Column("levels", columns.document(), server_default="[]", nullable=False),
        sa.Column("valid_from", columns.day(), nullable=False),
        sa.Column("valid_to", columns.day(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("discount_id"),
    )
    op.create_index("ix_discount_row_version", "discount", ["row_version"], unique=False)
