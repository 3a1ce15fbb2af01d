"""What the channel database's own tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Table

from kassa.schema.columns import code

channel = MetaData()
"""The store server's own tables. Master data stands beside them in the same database (:mod:`kassa.schema`)."""

row_counter = Table(
    "row_counter",
    channel,
    Column("name", code(20), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""The last row version given; see :mod:`kassa_server.master_data`."""
