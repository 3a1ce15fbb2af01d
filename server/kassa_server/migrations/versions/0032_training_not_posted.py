"""training is in no table of sales

Revision: 0032, after 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    transaction = sa.table("sales_transaction", sa.column("transaction_id"), sa.column("training", sa.Boolean()))
    trained = sa.select(transaction.c.transaction_id).where(transaction.c.training)
    for name in ("sales_field", "sales_line", "sales_tender", "sales_tax"):
        rows = sa.table(name, sa.column("transaction_id"))
        op.execute(sa.delete(rows).where(rows.c.transaction_id.in_(trained)))
    op.execute(sa.delete(transaction).where(transaction.c.training))
    op.drop_column("sales_transaction", "training")
