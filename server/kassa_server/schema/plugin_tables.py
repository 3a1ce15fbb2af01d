"""Which tables of plugins there are in this database, and as what they are declared."""

from __future__ import annotations

from sqlalchemy import Column, Table

from kassa.schema.columns import UtcDateTime, code, document
from kassa_server.schema.base import channel

plugin_table = Table(
    "plugin_table",
    channel,
    Column("table_name", code(40), primary_key=True),
    Column("plugin", code(40), nullable=False, doc="its entry point's name, and the table group's"),
    Column("version", code(60), nullable=False, doc="of the plugin that last changed it"),
    Column("declaration", document(), nullable=False, doc="JSON: a PluginTable, with what any version declares"),
    Column("changed_at", UtcDateTime(), nullable=False),
)
