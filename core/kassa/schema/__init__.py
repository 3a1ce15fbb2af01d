"""Tables of the channel database and the offline database (the same master data), and of the store server's own.

See :mod:`kassa.schema.columns` for the column types that hold on SQLite, PostgreSQL and SQL Server alike.
"""

from kassa.schema.engine import make_engine
from kassa.schema.master import MASTER_TABLES, master
from kassa.schema.rules import LARGEST_IN

__all__ = ["LARGEST_IN", "MASTER_TABLES", "make_engine", "master"]
