"""The audit trail: who did what that matters later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from kassa.masterdata import upsert
from kassa_server.schema import audit


def note(
    connection: Connection,
    kind: str,
    at: datetime,
    *,
    register_id: str | None = None,
    staff_id: str | None = None,
    **detail: Any,
) -> None:
    """Write an event to the audit trail. The same event told twice is one row: its id is made from what it says."""
    document = msgspec.json.encode(detail, order="sorted").decode()
    identity = msgspec.json.encode([kind, at, register_id, staff_id, document])
    row: Mapping[str, Any] = {
        "audit_id": hashlib.sha256(identity).hexdigest()[:32],
        "at": at,
        "kind": kind,
        "register_id": register_id,
        "staff_id": staff_id,
        "detail": document,
    }
    upsert(connection, audit, [dict(row)])
