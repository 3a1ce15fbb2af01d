"""barcode masks, reason codes, minimum ages

Revision: 0014, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("item", sa.Column("minimum_age", sa.Integer(), nullable=True))
    op.create_table(
        "barcode_mask",
        sa.Column("mask", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("mask"),
    )
    op.create_index("ix_barcode_mask_row_version", "barcode_mask", ["row_version"], unique=False)
    op.create_table(
        "reason_code",
        sa.Column("reason_code", columns.code(20), nullable=False),
        sa.Column("kind", columns.code(20), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("reason_code"),
    )
    op.create_index("ix_reason_code_row_version", "reason_code", ["row_version"], unique=False)
