"""plugins' tables

Revision: 0029, after 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "plugin_table",
        sa.Column("table_name", columns.code(40), nullable=False),
        sa.Column("plugin", columns.code(40), nullable=False),
        sa.Column("version", columns.code(60), nullable=False),
        sa.Column("declaration", columns.document(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("table_name"),
    )
