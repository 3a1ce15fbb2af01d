"""The register's offline database: master data, read-only to handlers, replaceable at any moment.

Which copy is the active one is a pointer in the journal. A snapshot is built in a new copy and becomes active by
moving the pointer; the old one goes when nobody reads it any more. What the register itself makes is never here
(:mod:`kassa.journal.overlay`), so it can be deleted in the middle of a day and loaded again.

======================= ===============================================================================
engine                  a copy is
======================= ===============================================================================
SQLite                  a file beside the journal (the default)
PostgreSQL, SQL Server  a schema ``kassa_<id>`` in a database of the register's own
none                    the register was installed online only
======================= ===============================================================================
"""

from kassa.offline_database.choosing import make_offline_database
from kassa.offline_database.interface import ACTIVE, OfflineDatabase

__all__ = ["ACTIVE", "OfflineDatabase", "make_offline_database"]
