"""Totals against examples worked by hand, from what the law and authorities say.

* **VAT that is in the price.** Skatteverket, Rättslig vägledning, edition 2015.14, on the rate of 12 per cent
  (https://www4.skatteverket.se/rattsligvagledning/edition/2015.14/339595.html): the tax is 10.71 % of the whole price.
  In the same way 25 % of the base is 20 % of the price, and 6 % is 5.66 %. The rates are those of mervärdesskattelagen
  (2023:200), 9 kap.
* **VAT on top of the price, to the öre.** Skatteverket, Rättslig vägledning, edition 2021.1, on rounding
  (https://www4.skatteverket.se/rattsligvagledning/edition/2021.1/321578.html): a third decimal of 0-4 is rounded down,
  of 5-9 up; the example is theirs, plants, planting and mileage of 4,467.75 in all.
* **Öre.** Lag (1970:1029) om avrundning av vissa öresbelopp, 2 §, as the same page has it in edition 2016.13: what is
  to be paid is rounded to whole kronor, 1-49 öre down and 50-99 öre up, and the tax need not change with it.
* **Norway.** Forskrift 16 March 2011 no. 294, 1 § (https://www.norges-bank.no/tema/Sedler-og-mynter/Regelverk/
  Avrundingsregler/): the same; and what is paid from an account is not rounded.
* **Finland.** What is paid in cash in euro is rounded to the nearest five cents: 1, 2, 6 and 7 down, 3, 4, 8 and 9 up
  (laki euromääräisten maksujen pyöristämisestä 890/2000, as secondary sources have it); items and accounts are not.
* **Retailers in the United Kingdom.** HMRC, VAT Trader Records manual, VATREC12020
  (https://www.gov.uk/hmrc-internal-manuals/vat-trader-records/vatrec12020): retailers do not round down, but up and
  down to the nearest penny. 20 % of the base is one sixth of the price.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.core.sale.strategies import sale

from kassa.environment import new_id
from kassa.model import Item, Line, Tender, Transaction
from kassa.sale.payments import payable
from kassa.sale.totals import compute

D = Decimal


def bought(*goods: tuple[str, str], currency: str = "SEK", included: bool = True) -> Transaction:
    """Goods by price and rate, one of each."""
    lines = tuple(
        Line(new_id(), Item(str(place), f"Item {place}", D(price), rate, D(rate)), D(1))
        for place, (price, rate) in enumerate(goods)
    )
    return sale(*lines, currency=currency, tax_included=included)


@pytest.mark.parametrize(
    ("price", "rate", "tax"),
    [
        # 25 %: a fifth of the price.
        ("100.00", "0.25", "20.00"),
        ("899.00", "0.25", "179.80"),
        ("0.03", "0.25", "0.01"),  # 0.6 öre
        ("0.02", "0.25", "0.00"),  # 0.4 öre
        # 12 %: 10.71 % of the price, exactly 12/112.
        ("100.00", "0.12", "10.71"),  # 10.714…
        ("112.00", "0.12", "12.00"),
        ("54.90", "0.12", "5.88"),  # 5.882…
        # 6 %: 5.66 % of the price, exactly 6/106.
        ("100.00", "0.06", "5.66"),  # 5.660…
        ("106.00", "0.06", "6.00"),
        ("69.00", "0.06", "3.91"),  # 3.905…
        # a return has the same tax back.
        ("-100.00", "0.12", "-10.71"),
    ],
)
def test_vat_that_is_in_the_price(price: str, rate: str, tax: str) -> None:
    """Base and tax are the price together, to the öre."""
    taken_back = price.startswith("-")
    transaction = bought((price.lstrip("-"), rate))
    if taken_back:
        (line,) = transaction.lines
        transaction = replace(transaction, lines=(replace(line, quantity=D(-1)),))
    totals = compute(transaction)
    (only,) = totals.taxes
    assert (totals.total, only.tax, only.base + only.tax) == (D(price), D(tax), D(price))


def test_a_basket_with_all_three_swedish_rates() -> None:
    """Bread 54.90 and milk 17.50 at 12 %, a jacket 899.00 and a bag 7.00 at 25 %, a book 69.00 at 6 %: 12 % on 72.40 is
    7.757… = 7.76; 25 % on 906.00 is 181.20; 6 % on 69.00 is 3.905… = 3.91; in all 1047.40, of which tax 192.87."""
    totals = compute(
        bought(("54.90", "0.12"), ("17.50", "0.12"), ("899.00", "0.25"), ("7.00", "0.25"), ("69.00", "0.06"))
    )
    assert {tax.tax_code: (tax.base, tax.tax) for tax in totals.taxes} == {
        "0.12": (D("64.64"), D("7.76")),
        "0.25": (D("724.80"), D("181.20")),
        "0.06": (D("65.09"), D("3.91")),
    }
    assert (totals.total, totals.tax) == (D("1047.40"), D("192.87"))


def test_tax_of_a_receipt_is_not_rounded_line_by_line() -> None:
    """Ten bags of 0.99 at 20 %, British: a sixth of 9.90 is 1.65. Line by line it would be ten times 0.165, rounded up
    to 1.70 or down to 1.60."""
    totals = compute(bought(*[("0.99", "0.20")] * 10, currency="GBP"))
    assert (totals.total, totals.tax) == (D("9.90"), D("1.65"))


def test_tax_on_top_of_the_price() -> None:
    """80.00 without tax at 25 % is 100.00 with it; 64.64 at 12 % has 7.7568 = 7.76 on top."""
    for price, rate, total in (("80.00", "0.25", "100.00"), ("64.64", "0.12", "72.40")):
        assert compute(bought((price, rate), included=False)).total == D(total)


def test_tax_of_three_items_of_an_invoice() -> None:
    """Skatteverket's own example: 25 % of 3,500.00 + 720.00 + 247.75 is 1,116.9375, written 1,116.94."""
    totals = compute(bought(("3500.00", "0.25"), ("720.00", "0.25"), ("247.75", "0.25"), included=False))
    assert (totals.tax, totals.total) == (D("1116.94"), D("5584.69"))


CASES = [
    # Sweden and Norway: whole kronor.
    *(("SEK", "1", *one) for one in (
        ("24.49", "24"), ("24.50", "25"), ("25.50", "26"), ("24.01", "24"), ("24.99", "25"), ("0.49", "0"),
        ("0.50", "1"), ("1047.40", "1047"),
    )),
    *(("NOK", "1", *one) for one in (("10.49", "10"), ("10.50", "11"))),
    # Finland: five cents.
    *(("EUR", "0.05", *one) for one in (
        ("10.01", "10.00"), ("10.02", "10.00"), ("10.03", "10.05"), ("10.04", "10.05"), ("10.05", "10.05"),
        ("10.06", "10.05"), ("10.07", "10.05"), ("10.08", "10.10"), ("10.09", "10.10"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("currency", "unit", "total", "cash"), CASES)
def test_what_is_paid_in_cash(currency: str, unit: str, total: str, cash: str) -> None:
    """Rounded as the law says; as much for goods that are taken back; by card to the cent, whatever it is."""
    totals = compute(bought((total, "0.25"), currency=currency))
    back = replace(totals, due=-totals.due)
    in_cash, by_card = Tender("cash", "cash", "Cash", D(unit)), Tender("card", "card", "Card")
    assert payable(totals, in_cash, currency) == D(cash)
    assert payable(back, in_cash, currency) == -D(cash)
    assert payable(totals, by_card, currency) == D(total)
