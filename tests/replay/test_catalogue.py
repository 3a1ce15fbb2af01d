"""The shop's items and barcodes, out of the file."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.replay.written import line, reading

from kassa.replay.catalogue import barcodes, make_catalogue

CODES = st.sets(st.from_regex(re.compile(r"[0-9]{5}[A-Z]{0,2}|[A-Z0-9_ ]{1,12}", re.ASCII), fullmatch=True), min_size=1)


def test_an_item_takes_what_the_file_says_of_it_first(tmp_path: Path) -> None:
    """The first description that there is and the first price; later ones belong to their rows alone."""
    found = reading(
        tmp_path,
        line(description="", unit_price="0"),
        line(description="WHITE LANTERN"),
        line(stock_code="85123a", description="LANTERN, WHITE".replace(",", ""), unit_price="2.95"),
    )
    catalogue = make_catalogue(found.invoices)
    (item,) = catalogue.items.values()
    assert (item.number, item.description, item.unit_price) == ("85123A", "WHITE LANTERN", Decimal("2.55"))
    assert catalogue.customers["17850"].name == "Customer 17850"


def test_a_barcode_can_be_read_as_its_code() -> None:
    """Prefix 29, the code's digits, its letters as numbers, a check digit."""
    found = barcodes(["85123A", "22752", "79323GR", "POST"])
    assert found["85123A"] == "2908512301005"
    assert found["22752"] == "2902275200001"
    assert found["79323GR"][:12] == "290793230718"
    assert found["POST"].startswith("299")


@given(CODES)
def test_barcodes_are_unique_valid_and_always_the_same(codes: set[str]) -> None:
    """Each item has one EAN-13 of prefix 29 with a right check digit, in whatever order the file has them."""
    found = barcodes(codes)
    assert len(set(found.values())) == len(codes)
    for code in found.values():
        assert re.fullmatch(r"29\d{11}", code)
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0
    assert barcodes(sorted(codes, reverse=True)) == found


@given(CODES, CODES)
def test_a_regular_codes_barcode_is_the_same_in_every_file(some: set[str], others: set[str]) -> None:
    """It is made from the code alone."""
    both = barcodes(some | others)
    for code, barcode in barcodes(some).items():
        if re.fullmatch(r"\d{5}[A-Z]{0,2}", code):
            assert both[code] == barcode
