"""exchange rates, and tenders in a foreign currency

Revision: 0020, after 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "exchange_rate",
        sa.Column("currency", columns.code(3), nullable=False),
        sa.Column("store_currency", columns.code(3), nullable=False),
        sa.Column("valid_from", columns.day(), nullable=False),
        sa.Column("valid_to", columns.day(), nullable=True),
        sa.Column("rate", columns.exchange_rate(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("currency", "store_currency", "valid_from"),
    )
    op.create_index("ix_exchange_rate_row_version", "exchange_rate", ["row_version"], unique=False)
    op.add_column("tender", sa.Column("currency", columns.code(3), nullable=True))
