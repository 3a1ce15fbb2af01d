"""What of the journal waits for delivery, counted."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from decimal import Decimal

from kassa.journal.records import SALE_KINDS, Waiting
from kassa.model import ZERO


def count_waiting(connection: sqlite3.Connection) -> Waiting:
    """Everything that waits, of every series."""
    series = [row[0] for row in connection.execute("SELECT series FROM series WHERE acknowledged < sequence")]
    parts = [count_of_series(connection, one) for one in series]
    amount = sum((part.amount for part in parts), ZERO)
    entries = sum(part.entries for part in parts)
    return Waiting(sum(part.count for part in parts), amount, oldest_waiting(connection), entries)


def count_of_series(connection: sqlite3.Connection, series: str, up_to: int | None = None) -> Waiting:
    """What waits of a series, up to a sequence number; ``oldest`` is None. Acknowledging a batch reads that batch, not
    a backlog of weeks anew for each."""
    rows = connection.execute(
        "SELECT kind, coalesce(amount, '0') FROM entry WHERE series = ?1 AND sequence > (SELECT acknowledged"
        " FROM series WHERE series = ?1) AND sequence <= coalesce(?2, 9223372036854775807)",
        (series, up_to),
    ).fetchall()
    amounts = [Decimal(amount) for kind, amount in rows if kind in SALE_KINDS]
    return Waiting(len(amounts), sum(amounts, ZERO), None, len(rows))


def oldest_waiting(connection: sqlite3.Connection) -> datetime | None:
    """When the first sale that waits was finished."""
    marks = ", ".join("?" for _kind in SALE_KINDS)
    series = connection.execute("SELECT series, acknowledged FROM series WHERE acknowledged < sequence ORDER BY number")
    for name, acknowledged in series.fetchall():
        row = connection.execute(
            f"SELECT at FROM entry WHERE series = ? AND sequence > ? AND kind IN ({marks}) ORDER BY sequence LIMIT 1",
            (name, acknowledged, *SALE_KINDS),
        ).fetchone()
        if row is not None:
            return datetime.fromisoformat(row[0])
    return None
