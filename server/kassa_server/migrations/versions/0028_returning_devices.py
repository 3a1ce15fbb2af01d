"""devices that were activated after the backup

Revision: 0028, after 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "returning_device",
        sa.Column("device_id", columns.identifier(), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("secret", sa.LargeBinary(32), nullable=False),
        sa.Column("series_id", columns.identifier(), nullable=False),
        sa.Column("series_number", sa.Integer(), nullable=False),
        sa.Column("activated_at", columns.UtcDateTime(), nullable=False),
        sa.Column("told_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("device_id"),
    )
