"""plugins from wheels

Revision: 0019, after 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kassa.schema import columns

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "plugin_wheel",
        sa.Column("sha256", columns.code(64), nullable=False),
        sa.Column("distribution", columns.code(100), nullable=False),
        sa.Column("version", columns.code(60), nullable=False),
        sa.Column("file_name", columns.code(250), nullable=False),
        sa.Column("package_id", columns.code(32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("facts", columns.document(), nullable=False),
        sa.Column("declared", columns.document(), nullable=True),
        sa.Column("state", columns.code(10), nullable=False),
        sa.Column("uploaded_at", columns.UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", columns.words(100), nullable=False),
        sa.Column("decided_at", columns.UtcDateTime(), nullable=True),
        sa.Column("decided_by", columns.words(100), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
        sa.UniqueConstraint("file_name"),
        sa.UniqueConstraint("package_id"),
    )
    op.create_index("ix_plugin_wheel_distribution", "plugin_wheel", ["distribution", "version"])
    op.create_table(
        "plugin_choice",
        sa.Column("choice_id", columns.code(32), nullable=False),
        sa.Column("level", columns.code(10), nullable=False),
        sa.Column("target", columns.code(40), nullable=False),
        sa.Column("distribution", columns.code(100), nullable=False),
        sa.Column("version", columns.code(60), nullable=False),
        sa.Column("settings", columns.document(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("chosen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("chosen_by", columns.words(100), nullable=False),
        sa.PrimaryKeyConstraint("choice_id"),
    )
    op.create_index("ix_plugin_choice_target", "plugin_choice", ["level", "target", "distribution"])
    op.create_table(
        "register_group_member",
        sa.Column("group_name", columns.code(40), nullable=False),
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.PrimaryKeyConstraint("group_name", "register_id"),
    )
    op.create_table(
        "plugin_set",
        sa.Column("register_id", columns.code(40), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("contents", columns.code(64), nullable=False),
        sa.Column("signed", columns.document(), nullable=False),
        sa.PrimaryKeyConstraint("register_id", "number"),
    )
    op.create_table(
        "plugin_key_set",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signed", columns.document(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    purpose = sa.Column("purpose", columns.code(10), nullable=False, server_default="lists")
    with op.batch_alter_table("headquarters_key") as table:
        table.add_column(purpose)
