"""serial-numbered items

Revision: 0027, after 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("item", sa.Column("serial_numbered", sa.Boolean(), server_default=sa.false(), nullable=False))
