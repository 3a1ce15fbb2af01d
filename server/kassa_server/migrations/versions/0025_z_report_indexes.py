"""Z reports are found by their shift, and the latest at once

Revision: 0025, after 0024
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_index("ix_shift_report_shift_id", "shift_report", ["shift_id"], unique=False)
    op.create_index("ix_shift_report_closed_at", "shift_report", ["closed_at", "entry_id"], unique=False)
