"""Finding items by code and by words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.core.requests.conftest import Contexts, item_row

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.model import Item
from kassa.requests.barcodes import other_readings
from kassa.requests.catalogue import FindItem, SearchItems
from kassa.requests.catalogue_handlers import find_item, search_items


@pytest.fixture(autouse=True)
def catalogue(asking: Contexts) -> None:
    with asking() as context:
        put = context.records.put
        put("tax_code", {"tax_code": "25", "name": "VAT 25 %", "rate": Decimal("0.25")})
        put("item", item_row("85123A", "Räksmörgås STOR", "49.9000"))
        put("item", item_row("85099b", "Jumbo bag", "1.9500"))
        put("item", item_row("85099B", "Jumbo bag red", "2.0500"))
        put("item", item_row("7", "Old thing", blocked=True))
        put("item", item_row("8", "Untaxed thing", tax_code="99"))
        put("item", item_row("036000291452", "Number like a barcode"))
        for code, number, quantity in (
            ("7310865004703", "85123A", "1"), ("7310865004710", "85123A", "6"), ("0614141007349", "85099B", "1"),
            ("042100005264", "85099B", "1"), ("5000000000005", "gone", "1"), ("85099b", "85123A", "1"),
        ):  # fmt: skip
            put("barcode", {"barcode": code, "item_number": number, "quantity": Decimal(quantity)})


def find(asking: Contexts, code: str) -> Item:
    with asking() as context:
        return find_item(FindItem(code), context)


def test_a_scanned_barcode_is_the_item_as_it_is_sold_now(asking: Contexts) -> None:
    """One scan gives number, description, price, tax and how many units it sells."""
    found = find(asking, " 7310865004710 ")
    assert found == Item(
        "85123A", "Räksmörgås STOR", Decimal("49.9"), "25", Decimal("0.25"), "pcs", "7310865004710", Decimal(6)
    )


def test_an_item_number_finds_its_item(asking: Contexts) -> None:
    """A typed item number sells one, without a barcode."""
    found = find(asking, "85123A")
    assert (found.description, found.barcode, found.quantity) == ("Räksmörgås STOR", None, 1)


def test_a_barcode_goes_before_an_item_number(asking: Contexts) -> None:
    """Where a code is both, it is the barcode: that is what scanners read."""
    assert find(asking, "85099b").number == "85123A"


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        ("614141007349", "85099B"),  # UPC-A of an EAN-13 with a leading zero
        ("00614141007349", "85099B"),  # the same in 14 digits
        ("0042100005264", "85099B"),  # EAN-13 of a UPC-A
        ("04252614", "85099B"),  # UPC-E of the same
        ("0107310865004703", "85123A"),  # GS1-128
        ("]d20107310865004703", "85123A"),  # GS1 DataMatrix with its symbology
        ("85123a", "85123A"),  # typed in the other case
    ],
)
def test_other_readings_of_a_code_find_the_item(asking: Contexts, scanned: str, number: str) -> None:
    """However a scanner reads a barcode, and in whichever case a number is typed."""
    assert find(asking, scanned).number == number


@pytest.mark.parametrize(
    "code", ["4711", "7310865004704", "5000000000005", "x" * 41, "85099x", "7310865004703'--", "%"]
)
def test_what_nothing_has_is_not_found(asking: Contexts, code: str) -> None:
    """An unknown code, one with a wrong check digit, one whose item is gone: not found, with what to do."""
    with pytest.raises(NotFound) as refused:
        find(asking, code)
    assert refused.value.hint is not None


def test_an_empty_scan_is_no_item(asking: Contexts) -> None:
    """Space is not looked for."""
    with pytest.raises(InvalidInput):
        find(asking, "  ")


def test_a_blocked_item_is_not_sold(asking: Contexts) -> None:
    """A blocked item is named and refused."""
    with pytest.raises(NotAllowed, match="Old thing"):
        find(asking, "7")


def test_an_item_without_its_tax_rate_is_not_sold(asking: Contexts) -> None:
    """A missing tax rate is named: tables travel apart, and one may not have come yet."""
    with pytest.raises(NotAvailable, match="no tax rate"):
        find(asking, "8")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("raksmorgas", ["85123A"]),
        ("STOR räk", ["85123A"]),
        ("jumbo", ["85099B", "85099b"]),
        ("85099", ["85099B", "85099b"]),
        ("jumbo 85123a", []),
        ("thing", []),
        ("7310865004703", ["85123A"]),
        ("100%", []),
    ],
)
def test_search_finds_items_with_every_word(asking: Contexts, words: str, numbers: list[str]) -> None:
    """In number, description or barcode, without regard to accents; what cannot be sold is left out."""
    with asking() as context:
        found = search_items(SearchItems(words), context)
    assert [item.number for item in found.items] == numbers
    assert not found.more


def test_search_says_when_there_is_more(asking: Contexts) -> None:
    """A page that is full says so."""
    with asking() as context:
        found = search_items(SearchItems("jumbo", limit=1), context)
    assert (len(found.items), found.more) == (1, True)


def test_search_needs_words(asking: Contexts) -> None:
    """An empty search is refused, not answered with everything."""
    with asking() as context, pytest.raises(InvalidInput):
        search_items(SearchItems("  "), context)


@pytest.mark.parametrize(
    "code", ["", "1", "12345678", "abcdefgh", "x" * 200, "2" * 91, "(01)", "\x1d" * 20, "]C1", "١٢٣٤٥٦٧٨"]
)
def test_a_code_without_a_gtin_has_no_other_readings(code: str) -> None:
    """Anything may be scanned; what holds no valid trade item number has no other writings."""
    assert other_readings(code) == ()
