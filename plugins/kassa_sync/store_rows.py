"""The store server's own rows: suspended sales, which coupons are used, and what is on gift cards and accounts. They
come to registers in no package, but in pages of changes, each one transaction with its checkpoint."""

from __future__ import annotations

import msgspec

from kassa.masterdata import apply_page, checkpoint_of
from kassa.register.face import RegisterFace
from kassa.requests.contact import ChangesPage, ReadChanges

PAGE_ROWS = 2000
OWN_TABLES, TOMBSTONE = ("suspended_sale", "coupon_use", "tender_account"), "tombstone"


def fetch_store_rows(register: RegisterFace) -> int:
    """Bring them up to now; how many rows came.

    :raises kassa.errors.NoAnswer: the store server does not answer; what was applied stays.
    """
    return sum(_table(register, table) for table in (*OWN_TABLES, TOMBSTONE))


def _table(register: RegisterFace, table: str) -> int:
    with register.offline_database.reading() as connection:
        after = checkpoint_of(connection, table)
    came = 0
    while True:
        asked = ReadChanges(table, after, PAGE_ROWS)
        page = register.remote.send(asked, register.request_context(plugin="sync"))
        came += len(page.rows)
        if page.rows:
            with register.offline_database.writing() as connection:
                apply_page(connection, _of_the_store(page))
        if not page.more:
            return came
        after = page.next_after


def _of_the_store(page: ChangesPage) -> ChangesPage:
    """Without tombstones of tables that packages bring: those say themselves what is gone."""
    if page.table != TOMBSTONE:
        return page
    name = page.columns.index("table_name")
    return msgspec.structs.replace(page, rows=tuple(row for row in page.rows if row[name] in OWN_TABLES))
