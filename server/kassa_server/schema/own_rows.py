"""In a joined store server's database: rows that commands wrote here, laid over headquarters' rows until headquarters'
own word on them has come back in a package."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table

from kassa.schema.columns import code, document, identifier
from kassa_server.schema.base import channel

own_row = Table(
    "own_row",
    channel,
    Column("table_name", code(40), primary_key=True),
    Column("row_key", code(250), primary_key=True, doc="see kassa_server.row_keys"),
    Column("base", document(), nullable=True, doc="JSON of the row as packages have it; none: they have none"),
    Column("value", document(), nullable=True, doc="JSON of the row as it was written here; none: removed"),
)

own_row_command = Table(
    "own_row_command",
    channel,
    Column("command_id", identifier(), primary_key=True),
    Column("table_name", code(40), primary_key=True),
    Column("row_key", code(250), primary_key=True),
    Column("settled_at", BigInteger, nullable=True, doc="the row version at headquarters when it had been done there"),
)
Index("ix_own_row_command_row", own_row_command.c.table_name, own_row_command.c.row_key)
