"""Catalogue import: everything or nothing, and every fault by line and column."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.conftest import Shop

from kassa.requests.catalogue import FindItem, SearchItems
from kassa.schema.master import barcode, item
from kassa.testing.store import barcode as ean13_of
from kassa.testing.store import ean13
from kassa_server.catalogue_import import ImportRefused, import_catalogue, read_catalogue

HEAD = "item_number,description,unit_price,tax_code,barcode,unit\n"
TAXES = {"25", "12"}


def faults(content: str | bytes) -> list[str]:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(ImportRefused) as caught:
        read_catalogue(raw, TAXES)
    return [str(fault) for fault in caught.value.faults]


def test_imported_items_are_sold(shop: Shop) -> None:
    """What is imported is found by number, barcode and words, with its price and tax."""
    code, other = ean13("290000009001"), ean13("290000009002")
    content = f"{HEAD}9001,Kanelbulle stor,28.50,12,{code} {other},pcs\n9002,Te,1 ,25,,kg\n".encode()
    with shop.channel.writing() as connection:
        assert import_catalogue(connection, content) == 2
    till = shop.device()
    for searched in ("9001", code, other):
        found = till.ask(FindItem(searched))
        assert (found.number, found.unit_price, found.tax_rate) == ("9001", Decimal("28.50"), Decimal("0.12"))
    assert [found.number for found in till.ask(SearchItems("STOR kanel")).items] == ["9001"]
    assert till.ask(FindItem("9002")).unit == "kg"


def test_nothing_is_imported_if_anything_is_wrong(shop: Shop) -> None:
    """One bad line among good ones: the database is as before."""
    before = shop.rows(item), shop.rows(barcode)
    content = f"{HEAD}9001,Bulle,28.50,12,,\n9002,Te,1.00,99,,\n9003,Kaffe,2.00,12,,\n".encode()
    with pytest.raises(ImportRefused), shop.channel.writing() as connection:
        import_catalogue(connection, content)
    assert (shop.rows(item), shop.rows(barcode)) == before


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",Te,1.00,25,,", "line 2, item_number: it is empty"),
        ("1,,1.00,25,,", "line 2, description: it is empty"),
        ("1,Te,,25,,", "line 2, unit_price: it is empty"),
        ("1,Te,1.00,,,", "line 2, tax_code: it is empty"),
        ("1,Te,1.00,6,,", "line 2, tax_code: there is no tax code 6"),
        ("1,Te,-1,25,,", "line 2, unit_price: -1 is no price"),
        ("1,Te,1.00005,25,,", "line 2, unit_price: 1.00005 is no price"),
        ("1,Te,1e3,25,,", "line 2, unit_price: 1e3 is no price"),
        ("1,Te,abc,25,,", "line 2, unit_price: abc is no price"),
        ("1,Te,1.00,25,7310865004704,", "line 2, barcode: 7310865004704 is no barcode"),
        ("1,Te,1.00,25,å123,", "line 2, barcode: å123 is no barcode"),
        (f"{'1' * 41},Te,1.00,25,,", "line 2, item_number: longer than 40"),
        (f"1,{'T' * 201},1.00,25,,", "line 2, description: longer than 200"),
        ("1,Te,1.00,25,,kilogrammes", "line 2, unit: longer than 10"),
        ("1,Te", "line 2, unit_price: it is empty"),
        ('1,"Te,1.00', "line 2, -: unexpected end of data"),
    ],
)
def test_each_fault_is_named_by_line_and_column(line: str, fault: str) -> None:
    """The person who made the file is told where to look."""
    assert faults(HEAD + line + "\n")[0].startswith(fault)


def test_all_faults_are_named_at_once() -> None:
    """Nobody corrects a file fault by fault."""
    found = faults(f"{HEAD}1,,x,99,,\n2,Te,1.00,25,,\n2,Te,1.00,25,{ean13('290000000001')},\n")
    assert [fault.split(":")[0] for fault in found] == [
        "line 2, description",
        "line 2, tax_code",
        "line 2, unit_price",
        "line 4, item_number",
    ]


def test_barcode_of_two_items_is_a_fault() -> None:
    """A barcode sells one item."""
    code = ean13("290000000001")
    assert faults(f"{HEAD}1,Te,1.00,25,{code},\n2,Te,1.00,25,{code},\n") == [
        f"line 3, barcode: {code} is in line 2 already"
    ]


def test_missing_columns_are_named() -> None:
    """A file without a needed column is refused before anything is read of it."""
    assert faults("item_number;description\n1;Te\n") == [
        "line 1, unit_price: the column is missing",
        "line 1, tax_code: the column is missing",
    ]
    assert faults("") != []
    assert faults(HEAD) == ["line 1, item_number: there are no items below the column names"]


@pytest.mark.parametrize(("encoding", "line"), [("latin-1", 3), ("cp1252", 3), ("cp850", 3), ("mac_roman", 3),
                                                  ("utf-16", 1), ("utf-16-le", 3), ("utf-32", 1)])  # fmt: skip
def test_other_encodings_are_named(encoding: str, line: int) -> None:
    """A file that is not UTF-8, as spreadsheets write it, is told so with the line, and nothing of it is taken."""
    content = f"{HEAD}1,Te,1.00,25,,\n2,Bröd,1.00,25,,\n"
    assert faults(content.encode(encoding)) == [f"line {line}, -: the file is not UTF-8"]


@pytest.mark.parametrize("price", ["-1", "-0.01", "\u22121", "(1.00)", "1.00-"])
def test_negative_prices_are_named(price: str) -> None:
    """However a spreadsheet writes a price below zero."""
    assert faults(f"{HEAD}1,Te,1.00,25,,\n2,Kaffe,{price},25,,\n")[0].startswith(
        f"line 3, unit_price: {price} is no price"
    )


def test_barcode_of_an_item_that_is_there_already(shop: Shop) -> None:
    """A barcode of an item that is not in the file moves to the one that is, as the file says: never has it two."""
    code = ean13_of("1001")
    with shop.channel.writing() as connection:
        import_catalogue(connection, f"{HEAD}9001,Bulle,28.50,12,{code},\n".encode())
    assert [row["item_number"] for row in shop.rows(barcode, barcode=code)] == ["9001"]
    assert shop.device().ask(FindItem(code)).number == "9001"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_usual_kinds_of_csv_are_read(delimiter: str, mark: str) -> None:
    """Comma, semicolon or tab, with or without byte order mark, quoted, with other columns and empty lines, in any
    order."""
    rows = [
        ["Colour", "UNIT_PRICE", "description", "item_number", "tax_code"],
        ["red", '"1,50"', '"Te, ""grönt"""', "1", "25"],
        [],
        ["", "2", "Kaffe", "2", "12"],
    ]
    content = mark + "\r\n".join(delimiter.join(row) for row in rows)
    first, second = read_catalogue(content.encode(), TAXES)
    assert (first.description, first.unit_price, first.unit) == ('Te, "grönt"', Decimal("1.50"), "pcs")
    assert second.item_number == "2"


@given(st.binary(max_size=400))
def test_no_file_breaks_the_import(content: bytes) -> None:
    """Any bytes at all: items, or faults with a line; never another failure."""
    for raw in (content, HEAD.encode() + content):
        try:
            items, found = read_catalogue(raw, TAXES), []
        except ImportRefused as refused:
            items, found = [], refused.faults
        assert bool(items) is not bool(found)
        assert all(fault.line >= 1 for fault in found)


def test_import_again_changes_prices(shop: Shop, tmp_path: Path) -> None:
    """The same items with other prices are the same items; items that are not in the file stay."""
    count = len(shop.rows(item))
    for price in ("28.50", "30.00"):
        with shop.channel.writing() as connection:
            import_catalogue(connection, f"{HEAD}9001,Bulle,{price},12,,\n".encode())
    assert len(shop.rows(item)) == count + 1
    assert shop.device().ask(FindItem("9001")).unit_price == Decimal(30)


def test_column_names_that_do_not_end_are_a_fault_of_line_1() -> None:
    """A quote that is opened in the first line and never closed is named like any other fault."""
    with pytest.raises(ImportRefused) as refused:
        read_catalogue(b'"item_number,description', {"25"})
    assert refused.value.faults[0].line == 1
