"""Bringing a channel database to this version's tables."""

from __future__ import annotations

from sqlalchemy import Engine

from kassa.schema.master import master
from kassa_server.schema import channel


def upgrade(engine: Engine) -> None:
    """Make or change the tables."""
    with engine.begin() as connection:
        master.create_all(connection)
        channel.create_all(connection)
