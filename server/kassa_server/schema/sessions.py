"""Download sessions: which database has which package, and what headquarters wants done about it.

Bounded: for each database and table group the current session and a few before it (:mod:`kassa_server.headquarters.
sessions` says how many, and for how long). A package that nobody has asked for has no row anywhere.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from kassa.schema.columns import UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel

download_session = Table(
    "download_session",
    channel,
    Column("database_id", code(40), primary_key=True, doc="a register's offline database has the register's id"),
    Column("table_group", code(40), primary_key=True, doc="* for a whole database"),
    Column("package_id", code(40), primary_key=True),
    Column("state", code(20), nullable=False, doc="requested, downloaded, applied, canceled, …_failed"),
    Column("current", Boolean, nullable=False, doc="the latest of its database and table group"),
    Column("version", BigInteger, nullable=False, doc="where the table group stands in the database"),
    Column("rows", BigInteger, nullable=False, doc="how many rows the table group has there"),
    Column("tries", Integer, nullable=False, doc="how often it has failed"),
    Column("dead", Boolean, nullable=False, doc="it is not tried any more by itself"),
    Column("error_code", code(60), nullable=False),
    Column("error", words(1000), nullable=False, doc="in English"),
    Column("said", document(), nullable=True, doc="the same as a text, JSON: kassa_server.told_words"),
    Column("next_try_at", UtcDateTime(), nullable=True),
    Column("applied_at", UtcDateTime(), nullable=True, doc="when the table group last got a package; its age"),
    Column("updated_at", UtcDateTime(), nullable=False),
)
Index("ix_download_session_updated_at", download_session.c.updated_at)

session_order = Table(
    "session_order",
    channel,
    Column("order_id", identifier(), primary_key=True),
    Column("database_id", code(40), nullable=False),
    Column("table_group", code(40), nullable=False, doc="empty: the register's uploads"),
    Column("package_id", code(40), nullable=False),
    Column("action", code(10), nullable=False, doc="rerun, cancel"),
    Column("author", words(100), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("taken_at", UtcDateTime(), nullable=True, doc="when the register said that it had it"),
)
Index("ix_session_order_database_id", session_order.c.database_id, session_order.c.order_id)
"""What headquarters wants a register to do about a session; it goes with the register's next list."""
