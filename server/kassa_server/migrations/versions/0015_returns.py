"""returns by receipt

Revision: 0015, after 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    some = sa.text("return_of IS NOT NULL")
    op.create_index(
        "ix_sales_line_return_of", "sales_line", ["return_of"], unique=False,
        sqlite_where=some, postgresql_where=some, mssql_where=some,
    )  # fmt: skip
