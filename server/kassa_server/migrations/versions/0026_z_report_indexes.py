"""Z reports are found by their shift, and the latest at once

Revision: 0026, after 0025
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_index("ix_shift_report_shift_id", "shift_report", ["shift_id"], unique=False)
    op.create_index("ix_shift_report_closed_at", "shift_report", ["closed_at", "entry_id"], unique=False)
