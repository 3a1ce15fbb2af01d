"""The way in that SQL Server gets (temporary table, UPDATE .. FROM, INSERT .. WHERE NOT EXISTS), on every engine: its
statements are ordinary SQL, so SQLite and PostgreSQL run them too."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select
from tests.core.offline_database.conftest import database as database
from tests.core.offline_database.conftest import journal, location, open_database
from tests.core.offline_database.pages import load, page
from tests.core.packages.warehouse import delta, item_row, items

from kassa.offline_database import OfflineDatabase
from kassa.packages.staged_writer import StagedWriter
from kassa.schema.master import item, tax_code
from kassa.schema.staging import staged_upsert

__all__ = ["database", "journal", "location", "open_database"]


@pytest.mark.parametrize("into_nothing", [True, False])
def test_snapshot_and_delta(database: OfflineDatabase, into_nothing: bool) -> None:
    """Rows are inserted, changed and deleted; what is not carried stays; values arrive as headquarters holds them."""
    load(database, page(("9", "1.00", 1)))
    before = {f"{number:05}": number for number in range(1, 2500)}
    after = {number: price + 1 for number, price in before.items() if price % 3} | {"90000": 5}
    with database.writing() as connection:
        writer = StagedWriter(connection, into_nothing=into_nothing)
        for batch in items([item_row(int(number), price) for number, price in before.items()]):
            writer.write(item, batch)
        for batch in delta([before, after], 1, 2)[1]:
            StagedWriter(connection, into_nothing=False).write(item, batch)
        writer.finish()
        found = connection.execute(select(item.c.item_number, item.c.unit_price).where(item.c.item_number != "9")).all()
    assert {number: int(price.scaleb(4)) for number, price in found} == after


def test_upsert_through_a_temporary_table(database: OfflineDatabase) -> None:
    """Rows as the product has them: those that are there change, the others are new."""
    load(database, page(("9", "1.00", 1)))
    names = ("tax_code", "name", "rate")
    first = [("A", "Å", Decimal("0.25")), ("B", "B", Decimal(0))]
    second = [("B", "Ö", Decimal("0.06")), ("C", "C", Decimal(1))]
    with database.writing() as connection:
        for rows in (first, second):
            staged_upsert(connection, tax_code, [dict(zip(names, row, strict=True)) for row in rows])
        found = connection.execute(select(tax_code).order_by(tax_code.c.tax_code)).all()
    assert [(row.tax_code, row.name, row.rate) for row in found] == [first[0], *second]
