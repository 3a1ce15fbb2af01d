"""What lists are filtered by: store and register to choose from, dates that are typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from kassa.text import Text, texts
from kassa_server.schema import register, store

_, n_ = texts("kassa_server")


def places(connection: Connection) -> tuple[Sequence[Any], Sequence[Any]]:
    """Stores and registers, by name."""
    stores = select(store.c.store_id, store.c.name).order_by(store.c.name)
    registers = select(register.c.register_id, register.c.name, register.c.store_id).order_by(register.c.name)
    return connection.execute(stores).all(), connection.execute(registers).all()


def typed_date(asked: dict[str, str], name: str, faults: dict[str, Text]) -> date | None:
    """A date that was typed, if one was; what is none is noted as a fault of its field."""
    if not asked[name]:
        return None
    try:
        return date.fromisoformat(asked[name])
    except ValueError:
        faults[name] = _("A date, such as 2026-03-31.")
        return None
