"""A row in one word: whether two rows say the same, however the journal and the offline database keep them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, Table

from kassa.packages.tables import packaged_columns
from kassa.schema.columns import Scaled

GONE = ""
"""Of a row that is not there."""


def digest(table: Table, row: Mapping[str, Any] | None) -> str:
    """SHA-256 of what offline databases hold of a row; columns that it does not carry are empty."""
    if row is None:
        return GONE
    values = [_plain(column, row.get(column.name)) for column in packaged_columns(table, "offline")]
    return hashlib.sha256(msgspec.json.encode(values)).hexdigest()


def _plain(column: Column[Any], value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, Decimal) and isinstance(column.type, Scaled):
        return int(value.scaleb(column.type.scale))
    return value
