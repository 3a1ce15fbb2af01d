"""What a store server tells headquarters of: its registers' series and devices, their signed heads, entries in
conflict; and the entries themselves, as the bytes that they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from kassa.protocol import WireEntry
from kassa_server.headquarters.channel_messages import ConflictKey, DeviceFacts, HeadFacts, KeptConflict, SeriesFacts
from kassa_server.schema import device, head, journal_conflict, journal_entry, series

ENTRIES_AT_ONCE = 500
MOST_CONFLICTS = 1000
"""Of one series, told at once; the next ones follow when these are kept."""


def read_facts(connection: Connection) -> list[SeriesFacts]:
    """Every series that this store server serves, as it stands in this transaction."""
    devices = {row.device_id: _device(row) for row in connection.execute(select(device)) if row.served_by is None}
    heads, conflicts = _heads(connection), _conflicts(connection)
    rows = connection.execute(select(series).order_by(series.c.opened_at, series.c.series_id))
    return [_facts(row, devices[row.device_id], heads, conflicts) for row in rows if row.device_id in devices]


def _facts(
    row: Row[Any],
    told: DeviceFacts,
    heads: dict[str, tuple[HeadFacts, ...]],
    conflicts: dict[str, tuple[ConflictKey, ...]],
) -> SeriesFacts:
    return SeriesFacts(
        series=row.series_id,
        register_id=row.register_id,
        number=row.number,
        device=told,
        opened_at=row.opened_at,
        sequence=row.sequence,
        closed_at=row.closed_at,
        closed_sequence=row.closed_sequence,
        behind_at=row.behind_at,
        heads=heads.get(row.series_id, ()),
        conflicts=conflicts.get(row.series_id, ())[:MOST_CONFLICTS],
    )


def _device(row: Row[Any]) -> DeviceFacts:
    return DeviceFacts(row.device_id, row.name, bytes(row.public_key), row.activated_at, row.replaced_at)


def _heads(connection: Connection) -> dict[str, tuple[HeadFacts, ...]]:
    found: dict[str, tuple[HeadFacts, ...]] = defaultdict(tuple)
    for row in connection.execute(select(head).order_by(head.c.sequence)):
        found[row.series_id] += (HeadFacts(row.packed, row.signature, row.received_at),)
    return found


def _conflicts(connection: Connection) -> dict[str, tuple[ConflictKey, ...]]:
    kept = journal_conflict.c
    found: dict[str, list[ConflictKey]] = defaultdict(list)
    for row in connection.execute(select(kept.series_id, kept.sequence, kept.hash).order_by(kept.sequence, kept.hash)):
        found[row.series_id].append(ConflictKey(row.sequence, row.hash))
    return {series_id: tuple(keys) for series_id, keys in found.items()}


def read_entries(
    connection: Connection, series_id: str, after: int, until: int, max_bytes: int
) -> tuple[WireEntry, ...]:
    """The next entries of a series, in sequence: as many as ``max_bytes`` hold, at least one if there is one."""
    stored = journal_entry.c
    wanted = (stored.series_id == series_id) & (stored.sequence > after) & (stored.sequence <= until)
    statement = select(journal_entry).where(wanted).order_by(stored.sequence).limit(ENTRIES_AT_ONCE)
    entries: list[WireEntry] = []
    size = 0
    for row in connection.execute(statement):
        size += len(row.data)
        if entries and size > max_bytes:
            break
        entries.append(WireEntry(row.sequence, row.entry_id, row.kind, bytes(row.hash).hex(), bytes(row.data)))
    return tuple(entries)


def hash_at(connection: Connection, series_id: str, sequence: int) -> bytes | None:
    """The hash of an entry; None: it is not stored here."""
    wanted = (journal_entry.c.series_id == series_id) & (journal_entry.c.sequence == sequence)
    found = connection.execute(select(journal_entry.c.hash).where(wanted)).scalar()
    return None if found is None else bytes(found)


def read_conflicts(connection: Connection, series_id: str, keys: Sequence[ConflictKey]) -> tuple[KeptConflict, ...]:
    """Entries in conflict, whole."""
    wanted = set(keys)
    statement = select(journal_conflict).where(journal_conflict.c.series_id == series_id)
    return tuple(
        KeptConflict(
            row.series_id, row.sequence, row.hash, row.entry_id, row.kind, bytes(row.data), row.reason, row.received_at
        )
        for row in connection.execute(statement)
        if ConflictKey(row.sequence, row.hash) in wanted
    )
