"""The register's own durable book: sales in progress, finished entries as a chain of bytes, commands, overlay.

Always SQLite (WAL, ``synchronous=FULL``), with one owner by a lock file. See :class:`kassa.journal.journal.Journal`.
"""

from kassa.journal.entry import EntryBody, chain_hash
from kassa.journal.journal import Journal
from kassa.journal.records import JournalPlace, StoredEntry, Waiting

__all__ = ["EntryBody", "Journal", "JournalPlace", "StoredEntry", "Waiting", "chain_hash"]
