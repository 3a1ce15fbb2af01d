"""The tables as sqladmin wants them: classes, mapped imperatively."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import registry

from kassa_server.headquarters.record_tables import RecordTable

_registry = registry()


def model_of(record: RecordTable) -> type[Any]:
    """A class whose name is the table's, mapped to it."""
    known = _made.get(record.name)
    if known is None:
        known = type("".join(part.title() for part in record.name.split("_")), (), {})
        _registry.map_imperatively(known, record.table)
        _made[record.name] = known
    return known


_made: dict[str, type[Any]] = {}
