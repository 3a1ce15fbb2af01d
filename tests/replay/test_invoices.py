"""From rows to sales, and the rows that are none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.replay.written import line, reading

from kassa.replay.cli import OWN_FILE
from kassa.replay.invoices import sort_rows
from kassa.replay.rows import read_rows


def test_every_row_of_the_own_file_is_sold_or_listed() -> None:
    """Nothing of the file is dropped: its rows are those sold and those listed with a reason."""
    found = sort_rows(read_rows(OWN_FILE))
    sold = [row for invoice in found.invoices for row in invoice.rows]
    assert sorted([*sold, *(each.row for each in found.no_sale)], key=lambda row: row.line) == list(found.rows)
    assert (len(sold), len(found.no_sale), len(found.invoices)) == (5204, 13, 297)
    assert sum(invoice.total for invoice in found.invoices) == Decimal("104827.84")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (line(description="", unit_price="0"), "no description; price 0"),
        (line(description=""), "no description"),
        (line(unit_price="0.00"), "price 0"),
        (line(stock_code="BANK CHARGES"), "a charge that the retailer pays"),
        (line(invoice="C1", stock_code="AMAZONFEE", quantity="-1"), "a charge that the retailer pays"),
        (line(invoice="C1", stock_code="CRUK", quantity="-1"), "a charge that the retailer pays"),
        (line(quantity="-38"), "negative quantity outside a C invoice: a stock correction"),
        (line(quantity="0"), "quantity 0"),
        (line(invoice="A563185", stock_code="B"), "bad debt written off in the books"),
        (line(invoice="A563186", stock_code="B", unit_price="-1"), "bad debt written off in the books; price below 0"),
    ],
)
def test_a_row_that_is_no_sale_says_why(tmp_path: Path, text: str, reason: str) -> None:
    """It is listed with every reason that holds, and no sale comes of it."""
    found = reading(tmp_path, text)
    assert [each.reason for each in found.no_sale] == [reason]
    assert found.invoices == ()


@pytest.mark.parametrize("code", ["POST", "DOT", "C2", "M", "m", "S", "D", "PADS", "DCGS0003", "gift_0001_20"])
def test_what_is_not_goods_is_sold_all_the_same(tmp_path: Path, code: str) -> None:
    """Carriage, samples, what was typed by hand, a discount given back and vouchers were paid, and so are played."""
    found = reading(tmp_path, line(stock_code=code), line(invoice="C9", stock_code=code, quantity="-1"))
    assert [invoice.quantity for invoice in found.invoices] == [6, -1]


def test_sales_and_returns_may_stand_on_one_invoice(tmp_path: Path) -> None:
    """The sign of a row's quantity decides, within a C invoice."""
    (invoice,) = reading(tmp_path, line(invoice="C7"), line(invoice="C7", quantity="-8")).invoices
    assert (invoice.quantity, invoice.total, invoice.cancels) == (-2, Decimal("-5.10"), True)


def test_an_invoices_rows_belong_together_wherever_they_stand(tmp_path: Path) -> None:
    """Also when its rows span minutes, or another invoice stands between: its day and customer are its first rows'."""
    found = reading(
        tmp_path,
        line(customer_id="", invoiced_at="2010-12-01T23:59"),
        line(invoice="536366"),
        line(customer_id="13047", invoiced_at="2010-12-02T00:01"),
    )
    assert [(invoice.number, len(invoice.rows)) for invoice in found.invoices] == [("536365", 2), ("536366", 1)]
    assert (found.invoices[0].day, found.invoices[0].customer_id) == (date(2010, 12, 1), "13047")


def test_each_row_is_rounded_to_the_penny_as_a_till_does(tmp_path: Path) -> None:
    """Half a penny goes up, away from zero, line by line."""
    lines = [line(unit_price="0.001", quantity=quantity) for quantity in ("1", "5", "15")]
    (invoice,) = reading(tmp_path, *lines).invoices
    assert invoice.total == Decimal("0.03")


def test_what_is_written_in_more_than_one_way_is_said(tmp_path: Path) -> None:
    """One item under two writings, and an invoice with two customers, are remarked on."""
    found = reading(tmp_path, line(), line(stock_code="85123a", customer_id="13047"))
    assert list(found.remarks) == [
        "invoice 536365 names customers 13047, 17850; 17850 is taken",
        "85123A and 85123a are one item, 85123A",
    ]
