"""A Z that comes is compared with the sales that were posted, receipt by receipt."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import delete, update
from tests.server.conftest import Shop
from tests.server.device import Device
from tests.server.z_reports import z_of

from kassa.journal.entry import decode_entry
from kassa_server.headquarters.completeness import findings, mark_handled
from kassa_server.headquarters.proof.findings import Finding
from kassa_server.schema import parked_entry, sales_line, sales_tax, sales_tender, sales_transaction, shift_report


def differing(shop: Shop) -> list[Finding]:
    with shop.channel.reading() as connection:
        return [one for one in findings(connection, shop.clock.utc()) if one.kind == "z_differs"]


@pytest.fixture
def till(shop: Shop) -> Device:
    """A till."""
    return shop.device()


def test_a_z_that_agrees_is_no_finding(shop: Shop, till: Device) -> None:
    """It is posted with its figures, and nobody hears of it."""
    sales = [till.sell(), till.sell("2")]
    till.add("z_report", z_of(till, sales), staff_id="2001")
    till.deliver()
    (row,) = shop.rows(shift_report)
    total = 3 * 5490
    assert (row["number"], row["receipts"], row["total"], row["grand_total_sales"]) == (1, 2, total, total)
    assert row["agrees"]
    assert differing(shop) == []


def test_a_sale_that_is_parked_is_named(shop: Shop, till: Device) -> None:
    """It is on the Z and not among the sales; when it has been posted, the finding is gone."""
    good = till.sell()
    wrong = till.sale("2")
    wrong = msgspec.structs.replace(wrong, totals=msgspec.structs.replace(wrong.totals, tax=Decimal(0)))
    parked = till.sell(payload=wrong)
    till.add("z_report", z_of(till, [good, parked]), staff_id="2001")
    till.deliver()
    assert len(shop.rows(parked_entry)) == 1
    (finding,) = differing(shop)
    number = decode_entry(parked.data).receipt_number
    assert finding.receipt_numbers == (number,)
    assert finding.amounts[0].amount == Decimal("109.80")
    assert f"{number} is on the Z and not among the sales" in str(finding.what)


def test_a_sale_that_the_z_has_forgotten_is_named(shop: Shop, till: Device) -> None:
    """And so is one with another total; both ways round, and by how much in all."""
    sales = [till.sell(), till.sell(), till.sell()]
    told = z_of(till, sales)
    first, second, _third = told.figures.sold
    wrong = (msgspec.structs.replace(first, total=first.total + 1), second)
    till.add("z_report", z_of(till, sales, sold=wrong), staff_id="2001")
    till.deliver()
    (finding,) = differing(shop)
    numbers = [decode_entry(sales[place].data).receipt_number for place in (0, 2)]
    assert list(finding.receipt_numbers) == numbers
    assert finding.amounts[0].amount == 1 - Decimal("54.90")
    words = str(finding.what)
    assert f"{numbers[0]} is SEK\u00a055.90 on the Z and SEK\u00a054.90 among the sales" in words
    assert f"{numbers[1]} is among the sales and not on the Z" in words


def test_what_came_late_is_no_finding_any_more(shop: Shop, till: Device) -> None:
    """A sale that was not there when the Z was posted and is now: the Z is compared again."""
    sales = [till.sell(), till.sell()]
    till.add("z_report", z_of(till, sales), staff_id="2001")
    till.deliver()
    with shop.channel.writing() as connection:
        connection.execute(update(shift_report).values(agrees=False))
    assert differing(shop) == []
    number = decode_entry(sales[0].data).receipt_number
    gone = shop.rows(sales_transaction, receipt_number=number)[0]["transaction_id"]
    with shop.channel.writing() as connection:
        for table in (sales_line, sales_tax, sales_tender, sales_transaction):
            connection.execute(delete(table).where(table.c.transaction_id == gone))
    assert [one.receipt_numbers for one in differing(shop)] == [(number,)]


def test_somebody_has_looked_into_it(shop: Shop, till: Device) -> None:
    """A Z whose cause cannot be repaired is settled with a note."""
    sales = [till.sell(), till.sell()]
    till.add("z_report", z_of(till, sales, sold=()), staff_id="2001")
    till.deliver()
    (finding,) = differing(shop)
    with shop.channel.writing() as connection:
        mark_handled(connection, finding.finding_id, "The register's software was at fault", "anna", shop.clock.utc())
    assert differing(shop) == []


def test_what_is_no_z_is_parked(shop: Shop, till: Device) -> None:
    """An entry that calls itself a Z and is none stops nothing, and is named."""
    till.add("z_report", {"hello": "world"})
    till.sell()
    till.deliver()
    assert shop.rows(shift_report) == []
    (stone,) = shop.rows(parked_entry)
    assert "ValidationError" in stone["reason"]
    assert len(shop.rows(sales_transaction)) == 1
