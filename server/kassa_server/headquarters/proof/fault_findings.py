"""Findings of an examination, in words, with the receipt numbers that they are about."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from kassa.text import literal, texts
from kassa_server.headquarters.proof.chain import ChainEntry, Fault
from kassa_server.headquarters.proof.findings import Amount, Finding
from kassa_server.headquarters.proof.kept_entries import read_body
from kassa_server.schema import journal_entry

_, n_ = texts("kassa_server")
_AT_MOST = 20
"""Receipt numbers named in one finding."""
_RESTORE = _("Restore the database from its backup, beside this one, and compare.")
_JOURNAL_IS_RIGHT = _(
    "The journal is right, and the figures here come from it. Restore the sales tables from a backup."
)


def of_fault(connection: Connection, register_id: str, series: tuple[str, int], fault: Fault) -> Finding:
    """A fault of the chain. ``series``: id and number."""
    series_id, number = series
    if fault.kind == "gap":
        receipts = (
            *receipt_numbers(connection, series_id, 1, fault.first - 1, at_most=1, backwards=True),
            *receipt_numbers(connection, series_id, fault.last + 1, at_most=1),
        )
        what, hint = _("Entries are not in the database any more: somebody has taken them out."), _RESTORE
    elif fault.kind == "altered":
        receipts = tuple(receipt_numbers(connection, series_id, fault.first, fault.last))
        what = _("These entries do not continue each other: one of them was altered after it was stored.")
        hint = _RESTORE
    else:
        receipts = tuple(receipt_numbers(connection, series_id, fault.first, fault.last))
        what = _("An entry that cannot be read. It is stored as it came, and in no figure.")
        hint = _("Enter by hand what the register's receipt says, then mark this as handled.")
    return Finding(
        finding_id=f"{fault.kind}-{register_id}-{number}-{fault.first}",
        kind=fault.kind,
        register_id=register_id,
        series=number,
        first_sequence=fault.first,
        last_sequence=fault.last,
        receipt_numbers=receipts,
        what=what,
        hint=hint,
    )


def of_receipt_gap(register_id: str, number: int, before: str, after: str) -> Finding:
    """A receipt number that does not follow the one before."""
    return Finding(
        finding_id=f"receipt_gap-{register_id}-{number}-{after}"[:100],
        kind="receipt_gap",
        register_id=register_id,
        series=number,
        receipt_numbers=(before, after),
        what=_("Receipt {after} does not follow {before}.", after=literal(after), before=literal(before)),
        hint=_("No entry in between is missing, so the register has counted wrong: call support."),
    )


def of_posting(register_id: str, number: int, entry: ChainEntry) -> Finding:
    """A transaction that is posted otherwise than journalled."""
    assert entry.body is not None
    assert entry.sale is not None
    receipt = entry.body.receipt_number
    return Finding(
        finding_id=f"posted_otherwise-{register_id}-{number}-{entry.sequence}",
        kind="posted_otherwise",
        register_id=register_id,
        series=number,
        first_sequence=entry.sequence,
        last_sequence=entry.sequence,
        receipt_numbers=() if receipt is None else (receipt,),
        amounts=(Amount(entry.sale.totals.total, entry.sale.transaction.currency),),
        staff_id=entry.body.staff_id,
        at=entry.body.at,
        what=_("The sales tables do not say what the journal says: they were altered after the sale was posted."),
        hint=_JOURNAL_IS_RIGHT,
    )


def of_nowhere(register_id: str, transaction_id: str, receipt: str | None) -> Finding:
    """A posted transaction without an entry."""
    return Finding(
        finding_id=f"posted_otherwise-{register_id}-{transaction_id}",
        kind="posted_otherwise",
        register_id=register_id,
        receipt_numbers=() if receipt is None else (receipt,),
        what=_("A sale stands in the sales tables that the register has never journalled."),
        hint=_JOURNAL_IS_RIGHT,
    )


def receipt_numbers(
    connection: Connection,
    series_id: str,
    first: int,
    last: int | None = None,
    *,
    at_most: int = _AT_MOST,
    backwards: bool = False,
) -> Iterator[str]:
    """Receipt numbers of stored entries, from ``first`` on; from ``last`` back with ``backwards``."""
    entry = journal_entry.c
    wanted = (entry.series_id == series_id) & (entry.kind == "sale") & (entry.sequence >= first)
    if last is not None:
        wanted &= entry.sequence <= last
    order = entry.sequence.desc() if backwards else entry.sequence
    found = select(entry.data).where(wanted).order_by(order).limit(at_most)
    for data in connection.execute(found).scalars():
        body, _sale = read_body(data)
        if body is not None and body.receipt_number is not None:
            yield body.receipt_number
