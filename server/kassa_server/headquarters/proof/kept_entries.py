"""Findings about single entries: conflicts that were kept, and entries that could not be posted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from kassa.journal.entry import EntryBody, SalePayload, decode_entry
from kassa.text import Text, literal, texts
from kassa_server.headquarters.proof.findings import Amount, Finding
from kassa_server.intake import CHAIN_BROKEN, ID_TAKEN
from kassa_server.schema import PARKED, journal_conflict, journal_entry, parked_entry, series

_, n_ = texts("kassa_server")


def read_body(data: bytes) -> tuple[EntryBody | None, SalePayload | None]:
    """An entry's bytes as far as they can be read: the entry, and its transaction if it is one."""
    try:
        body = decode_entry(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None, None
    if body.kind not in ("sale", "void"):
        return body, None
    try:
        return body, msgspec.json.decode(body.payload, type=SalePayload)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return body, None


def business_date(body: EntryBody) -> date | None:
    """The store's date when an entry was made, by the register's clock; None if it does not say."""
    try:
        return datetime.fromisoformat(body.local_time).date()
    except ValueError:
        return None


def told_by(*parts: tuple[EntryBody | None, SalePayload | None]) -> dict[str, Any]:
    """What entries say of themselves, as a finding shows it: receipt numbers, amounts, who and when (of the first)."""
    bodies = [body for body, _sale in parts if body is not None]
    first = parts[0][0]
    return {
        "receipt_numbers": tuple(body.receipt_number for body in bodies if body.receipt_number is not None),
        "amounts": tuple(
            Amount(sale.totals.total, sale.transaction.currency) for _body, sale in parts if sale is not None
        ),
        "staff_id": None if first is None else first.staff_id,
    }


def conflicts(connection: Connection, register_id: str) -> Iterator[tuple[Finding, date | None]]:
    """Entries that contradict what is stored, each with its date (None: it cannot be read)."""
    kept = journal_conflict.c
    statement = (
        select(journal_conflict, series.c.number, journal_entry.c.data.label("stored"))
        .join(series, series.c.series_id == kept.series_id)
        .outerjoin(
            journal_entry,
            (journal_entry.c.series_id == kept.series_id) & (journal_entry.c.sequence == kept.sequence),
        )
        .where(series.c.register_id == register_id)
        .order_by(series.c.number, kept.sequence, kept.received_at, kept.hash)
    )
    for row in connection.execute(statement):
        body, sale = read_body(row.data)
        stored = (None, None) if row.stored is None else read_body(row.stored)
        finding = Finding(
            finding_id=f"conflict-{register_id}-{row.number}-{row.sequence}-{row.hash[:8]}",
            kind="conflict",
            register_id=register_id,
            series=row.number,
            first_sequence=row.sequence,
            last_sequence=row.sequence,
            at=row.received_at if body is None else body.at,
            what=_contradiction(row),
            hint=_(
                "Compare both with the register's receipts. A sale that was really made and is not in the books is"
                " entered by hand; then mark this as handled."
            ),
            **told_by((body, sale), stored),
        )
        yield finding, None if body is None else business_date(body)


def _contradiction(row: Row[Any]) -> Text:
    if row.reason == CHAIN_BROKEN:
        return _("An entry that does not continue the series: made on a copy of the journal, or altered on the way.")
    if row.reason == ID_TAKEN:
        return _("An entry with the id of another that is stored under another number.")
    return _("Another entry with a number that is taken: two copies of one journal have both gone on.")


def parked(connection: Connection, register_id: str) -> Iterator[tuple[Finding, date | None]]:
    """Entries that are stored and could not be posted, each with its date (None: it cannot be read)."""
    entry = journal_entry.c
    statement = (
        select(journal_entry, series.c.number, parked_entry.c.reason, parked_entry.c.tries)
        .join(series, series.c.series_id == entry.series_id)
        .outerjoin(parked_entry, parked_entry.c.entry_id == entry.entry_id)
        .where(series.c.register_id == register_id, entry.posting == PARKED)
        .order_by(series.c.number, entry.sequence)
    )
    for row in connection.execute(statement):
        body, sale = read_body(row.data)
        finding = Finding(
            finding_id=f"parked-{register_id}-{row.number}-{row.sequence}",
            kind="parked",
            register_id=register_id,
            series=row.number,
            first_sequence=row.sequence,
            last_sequence=row.sequence,
            at=row.received_at if body is None else body.at,
            what=_("Stored, and not posted: {reason}", reason=literal(row.reason or "")),
            hint=_("Repair the cause, then post it again with: kassa server post-parked"),
            **told_by((body, sale)),
        )
        yield finding, None if body is None else business_date(body)
