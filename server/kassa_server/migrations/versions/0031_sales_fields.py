"""plugins' fields of sales

Revision: 0031, after 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "sales_field",
        sa.Column("transaction_id", columns.code(32), nullable=False),
        sa.Column("line_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", columns.code(80), nullable=False),
        sa.Column("value", columns.document(), nullable=False),
        sa.ForeignKeyConstraint(["transaction_id"], ["sales_transaction.transaction_id"]),
        sa.PrimaryKeyConstraint("transaction_id", "line_number", "name"),
    )
