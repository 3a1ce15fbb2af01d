"""Alembic's migrations of the channel database: master data and the store server's own tables.

``python -m kassa_server.migrations "what changed"`` writes the next one from the difference between the tables as
declared and as migrated; read it before committing it.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import MetaData, Unicode

from kassa.packages.applying import checkpoints_metadata
from kassa.schema.columns import Scaled, UtcDateTime
from kassa.schema.master import master
from kassa_server.schema import channel

TABLES: list[MetaData] = [master, channel, checkpoints_metadata]
IMPORT = "from kassa.schema import columns"


def render_type(kind: str, value: Any, context: AutogenContext) -> str | Literal[False]:
    """How a column's type is written in a migration: by the names of :mod:`kassa.schema.columns`."""
    if kind != "type":
        return False
    written = _columns_type(value)
    if written is None:
        return False
    context.imports.add(IMPORT)
    return f"columns.{written}"


def _columns_type(value: Any) -> str | None:
    match value:
        case Scaled():
            return f"Scaled({value.scale})"
        case UtcDateTime():
            return "UtcDateTime()"
        case Unicode(length=None):
            return "document()"
        case Unicode() if value._variant_mapping:
            return f"code({value.length})"
        case Unicode():
            return f"words({value.length})"
    return None
