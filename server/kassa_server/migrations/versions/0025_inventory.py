"""inventory

Revision: 0025, after 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "inventory",
        sa.Column("item_number", columns.code(40), nullable=False),
        sa.Column("store_id", columns.code(20), nullable=False),
        sa.Column("quantity", columns.quantity(), nullable=False),
        sa.Column("counted_on", columns.day(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("item_number", "store_id"),
    )
    op.create_index("ix_inventory_row_version", "inventory", ["row_version"], unique=False)
