"""headquarters users

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "headquarters_user",
        sa.Column("user_id", columns.identifier(), nullable=False),
        sa.Column("name", columns.words(100), nullable=False),
        sa.Column("folded_name", columns.code(200), nullable=False),
        sa.Column("role", columns.code(20), nullable=False),
        sa.Column("password", columns.words(200), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("failed_tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", columns.UtcDateTime(), nullable=True),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("logged_on_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("folded_name"),
    )
    op.create_table(
        "headquarters_log_on",
        sa.Column("token_hash", columns.code(64), nullable=False),
        sa.Column("user_id", columns.identifier(), nullable=False),
        sa.Column("opened_at", columns.UtcDateTime(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("notice", columns.document(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["headquarters_user.user_id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_headquarters_log_on_user_id", "headquarters_log_on", ["user_id"])
