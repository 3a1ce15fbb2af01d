"""numbers that customers had

Revision: 0030, after 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "former_customer_number",
        sa.Column("former_number", columns.code(40), nullable=False),
        sa.Column("customer_number", columns.code(40), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("former_number"),
    )
    op.create_index("ix_former_customer_number_row_version", "former_customer_number", ["row_version"], unique=False)
    op.create_index(
        "ix_former_customer_number_customer_number", "former_customer_number", ["customer_number"], unique=False
    )
    op.create_index("ix_sales_transaction_customer_number", "sales_transaction", ["customer_number"], unique=False)
