"""what went wrong as texts, in the language of whoever reads them

Revision: 0023, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    for table in ("download_session", "parked_entry", "distribution_run"):
        op.add_column(table, sa.Column("said", columns.document(), nullable=True))
