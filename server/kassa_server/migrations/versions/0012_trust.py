"""trust

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables. Keys in clear are not carried over: headquarters makes a new one, with a new key set."""
    op.execute(sa.text("DELETE FROM headquarters_key_set"))
    op.execute(sa.text("DELETE FROM package_list"))
    op.drop_table("headquarters_key")
    op.create_table(
        "headquarters_key",
        sa.Column("key_id", columns.code(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(length=100), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "device_revocation",
        sa.Column("device_id", columns.code(32), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("revoked_at", columns.UtcDateTime(), nullable=False),
        sa.Column("revoked_by", columns.words(100), nullable=False),
        sa.PrimaryKeyConstraint("device_id"),
    )
    op.drop_column("device", "revoked_at")
    op.add_column("activation_code", sa.Column("series_after", sa.Integer(), server_default="0", nullable=False))
