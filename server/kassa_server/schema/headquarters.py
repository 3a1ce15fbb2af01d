"""Headquarters: the log of changes, packages and lists, distribution schedules, what registers report."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table

from kassa.schema.columns import CHANNEL_ONLY, UtcDateTime, code, document, identifier, words
from kassa_server.schema.base import channel

change_log = Table(
    "change_log",
    channel,
    Column("version", BigInteger, primary_key=True, autoincrement=False, doc="the row version that the change took"),
    Column("at", UtcDateTime(), nullable=False),
    Column("author", words(100), nullable=False, doc="who; empty: Kassa itself"),
    Column("origin", code(20), nullable=False, doc="web, cli, import, register"),
    Column("table_name", code(40), nullable=False),
    Column("row_key", code(250), nullable=False, doc="see kassa_server.row_keys"),
    Column("store_id", code(20), nullable=False, doc="the store whose row it is; empty: of no one store"),
    Column("action", code(10), nullable=False, doc="insert, update, delete"),
    Column("columns", document(), nullable=False, doc="JSON list of the columns that changed"),
    Column("before", document(), nullable=True, doc="JSON object of what they held; channel only columns left out"),
    Column("after", document(), nullable=True, doc="JSON object of what they hold; likewise"),
)
Index("ix_change_log_table_name", change_log.c.table_name, change_log.c.store_id, change_log.c.version)
Index("ix_change_log_at", change_log.c.at)

package = Table(
    "package",
    channel,
    Column("package_id", identifier(), primary_key=True),
    Column("table_group", code(40), nullable=False),
    Column("scope", code(40), nullable=False, doc="a store, a channel database group; empty: rows of no store"),
    Column("audience", code(10), nullable=False, doc="offline or channel"),
    Column("kind", code(10), nullable=False),
    Column("rendering", code(10), nullable=False),
    Column("from_version", BigInteger, nullable=False),
    Column("to_version", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", code(64), nullable=False),
    Column("versions", document(), nullable=False, doc="JSON object: where each table group of an SQLite snapshot is"),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("retired_at", UtcDateTime(), nullable=True, doc="in no list any more; its file goes a day later"),
)
Index("ix_package_table_group", package.c.audience, package.c.scope, package.c.table_group, package.c.to_version)

package_list = Table(
    "package_list",
    channel,
    Column("audience", code(10), primary_key=True),
    Column("scope", code(40), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("contents", code(64), nullable=False, doc="SHA-256 of what it lists"),
    Column("signed", document(), nullable=False, doc="JSON"),
)

headquarters_key_set = Table(
    "headquarters_key_set",
    channel,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("signed", document(), nullable=False, doc="JSON; the first is signed by its own key"),
)

headquarters_key = Table(
    "headquarters_key",
    channel,
    Column("key_id", code(16), primary_key=True),
    Column(
        "sealed", LargeBinary(100), nullable=False, info={CHANNEL_ONLY: True}, doc="encrypted: kassa_server.sealing"
    ),
    Column("purpose", code(10), nullable=False, server_default="lists", doc="lists or plugins: what it signs"),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("revoked_at", UtcDateTime(), nullable=True),
)

distribution_schedule = Table(
    "distribution_schedule",
    channel,
    Column("job", Integer, primary_key=True, autoincrement=False),
    Column("every_minutes", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
)

distribution_run = Table(
    "distribution_run",
    channel,
    Column("run_id", identifier(), primary_key=True),
    Column("job", Integer, nullable=False),
    Column("channel_database_group", code(40), nullable=True, doc="none: all"),
    Column("author", words(100), nullable=False, doc="who ran it; empty: the schedule"),
    Column("started_at", UtcDateTime(), nullable=False),
    Column("finished_at", UtcDateTime(), nullable=False),
    Column("state", code(20), nullable=False, doc="requested, started, available, no_data, create_failed"),
    Column("packages", Integer, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("error", words(1000), nullable=False, doc="in English"),
    Column("said", document(), nullable=True, doc="the same as a text, JSON: kassa_server.told_words"),
)
Index("ix_distribution_run_started_at", distribution_run.c.started_at)

register_report = Table(
    "register_report",
    channel,
    Column("register_id", code(40), primary_key=True),
    Column("received_at", UtcDateTime(), nullable=False),
    Column("checked_at", UtcDateTime(), nullable=True, doc="the last successful check, by the store server's clock"),
    Column("polled_at", UtcDateTime(), nullable=True, doc="when it last asked, since then, and had everything"),
    Column("list_number", BigInteger, nullable=False),
    Column("ready", Boolean, nullable=False),
    Column("report", document(), nullable=False, doc="the SyncReport, JSON"),
)
