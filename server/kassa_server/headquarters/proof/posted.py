"""Comparing what was posted with what was journalled: a row of the sales tables that somebody altered by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from kassa.packages.tables import key_names, raw_columns
from kassa_server.customer_numbers import numbers_now
from kassa_server.headquarters.proof.chain import ChainEntry
from kassa_server.headquarters.proof.dates import Period
from kassa_server.posted_sale import PostedSale, as_posted
from kassa_server.sales_posting import TABLES, posted_rows
from kassa_server.schema import POSTED, journal_entry, sales_transaction

Rows = list[tuple[Any, ...]]
AT_ONCE = 500


def posted_otherwise(connection: Connection, entries: Sequence[ChainEntry]) -> Iterator[ChainEntry]:
    """Of these sales, returns and voids, those that are posted and not as their bytes say."""
    posted = [entry for entry in entries if entry.posting == POSTED and entry.sale is not None]
    for start in range(0, len(posted), AT_ONCE):
        part = posted[start : start + AT_ONCE]
        stored = _stored(connection, [_transaction_id(entry) for entry in part])
        told = {entry.entry_id: _told(entry) for entry in part}
        customers = (sale.payload.transaction.customer for sale in told.values() if sale is not None)
        numbers = numbers_now(connection, {customer.number for customer in customers if customer is not None})
        for entry in part:
            if _expected(told[entry.entry_id], numbers) != stored[_transaction_id(entry)]:
                yield entry


def posted_from_nowhere(connection: Connection, register_id: str, period: Period) -> list[Row[Any]]:
    """Posted transactions of a period (id and receipt number) that no stored entry of the register accounts for."""
    told = sales_transaction.c
    entry = journal_entry.c
    statement = (
        select(told.transaction_id, told.receipt_number)
        .outerjoin(journal_entry, (entry.entry_id == told.entry_id) & entry.kind.in_(("sale", "void")))
        .where(told.register_id == register_id, entry.entry_id.is_(None))
        .order_by(told.transaction_id)
    )
    if period.first is not None:
        statement = statement.where(told.business_date >= period.first)
    if period.last is not None:
        statement = statement.where(told.business_date <= period.last)
    return list(connection.execute(statement))


def _transaction_id(entry: ChainEntry) -> str:
    assert entry.sale is not None
    return entry.sale.transaction.transaction_id


def _told(entry: ChainEntry) -> PostedSale | None:
    """The sale that an entry's bytes tell of; None if they contradict themselves."""
    assert entry.body is not None
    assert entry.sale is not None
    try:
        return as_posted(entry.body, entry.sale)
    except (ValueError, ArithmeticError):
        return None


def _expected(sale: PostedSale | None, numbers: Mapping[str, str]) -> dict[str, Rows]:
    try:
        rows = {} if sale is None else posted_rows(sale, numbers)
    except (ValueError, ArithmeticError):
        return {}
    return {str(table.name): _in_order(table, made) for table, made in rows.items()}


def _stored(connection: Connection, transaction_ids: Sequence[str]) -> dict[str, dict[str, Rows]]:
    found: dict[str, dict[Table, Rows]] = {one: {table: [] for table in TABLES} for one in transaction_ids}
    for table in TABLES:
        wanted = select(*raw_columns(list(table.columns))).where(table.c.transaction_id.in_(transaction_ids))
        for row in connection.execute(wanted):
            found[row.transaction_id][table].append(tuple(row))
    return {
        one: {str(table.name): _in_order(table, rows) for table, rows in by_table.items()}
        for one, by_table in found.items()
    }


def _in_order(table: Table, rows: Rows) -> Rows:
    """In the order of the key, as text: it is a number or a code."""
    names = [column.name for column in table.columns]
    places = [names.index(name) for name in key_names(table)]
    return sorted(rows, key=lambda row: [str(row[place]) for place in places])
