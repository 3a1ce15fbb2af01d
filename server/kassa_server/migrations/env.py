"""Alembic runs this; the connection is handed in by :mod:`kassa_server.migrate`."""

from alembic import context

from kassa_server.migrations import TABLES, render_type

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    render_item=render_type,
    transaction_per_migration=False,
)
context.run_migrations()
