"""Reading a file of invoice lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.replay.written import HEADINGS, line, written

from kassa.errors import InvalidInput
from kassa.replay.cli import OWN_FILE
from kassa.replay.rows import COLUMNS, read_rows


def test_the_projects_own_file_is_read_whole() -> None:
    """Every line of the file becomes a row, and knows its line in the file."""
    rows = read_rows(OWN_FILE)
    assert len(rows) == 5217
    assert (rows[0].line, rows[-1].line) == (2, 5218)
    assert len({row.invoice for row in rows}) == 310


def test_a_row_keeps_what_the_file_says(tmp_path: Path) -> None:
    """Numbers are exact, times local, superfluous space is gone."""
    (row,) = read_rows(written(tmp_path, line(description="  A   LANTERN ", unit_price="38970")))
    assert row.description == "A LANTERN"
    assert (row.quantity, row.unit_price, row.amount) == (6, Decimal(38970), Decimal(233820))
    assert row.invoiced_at == datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 - the file's own local time


@pytest.mark.parametrize(
    ("text", "field", "found"),
    [
        (line(stock_code="gift_0001_20"), "item_number", "GIFT_0001_20"),
        (line(stock_code=" 85123a "), "item_number", "85123A"),
        (line(customer_id="17850.0"), "customer_id", "17850"),
        (line(customer_id=""), "customer_id", None),
        (line(invoice="c536379"), "invoice", "C536379"),
        (line(invoice="A563185", unit_price="-11062.06"), "unit_price", Decimal("-11062.06")),
        (line(quantity="80995"), "quantity", 80995),
        (line(quantity="-9360.0"), "quantity", -9360),
        (line(unit_price="0.001"), "unit_price", Decimal("0.001")),
        (line(invoiced_at="2011-12-09 12:50:00"), "invoiced_at", datetime(2011, 12, 9, 12, 50)),  # noqa: DTZ001
        (line(description=""), "description", ""),
    ],
)
def test_other_days_writings_are_understood(tmp_path: Path, text: str, field: str, found: object) -> None:
    """What the whole data set holds is read: codes and customers in other writings, large and tiny numbers."""
    (row,) = read_rows(written(tmp_path, text))
    assert getattr(row, field) == found


def test_the_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    """A column is known by its heading."""
    file = tmp_path / "lines.csv"
    file.write_text(f"{','.join(reversed(COLUMNS))}\nUK,17850,2.55,2010-12-01T08:26,6,LANTERN,85123A,536365\n")
    (row,) = read_rows(file)
    assert (row.invoice, row.stock_code, row.country) == ("536365", "85123A", "UK")


def test_a_description_may_hold_commas_and_line_ends(tmp_path: Path) -> None:
    """Lines are counted as an editor counts them, whatever stands within quotes."""
    file = written(tmp_path, line(description='"A, B\nand C"'), line(quantity="six"))
    with pytest.raises(InvalidInput, match=r"Line 4, column quantity"):
        read_rows(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (line(quantity="6.5"), "Line 3, column quantity: “6.5” is not a whole quantity"),
        (line(quantity="1000000"), "Line 3, column quantity: “1000000”"),
        (line(quantity=""), "Line 3, column quantity"),
        (line(unit_price="2,55"), "Line 3 has 9 columns instead of 8"),
        (line(unit_price="£2.55"), "Line 3, column unit_price: “£2.55”"),
        (line(unit_price="1e3"), "Line 3, column unit_price"),
        (line(unit_price="2.55001"), "Line 3, column unit_price"),
        (line(unit_price="NaN"), "Line 3, column unit_price"),
        (line(invoiced_at="12/01/2010 08:26"), "Line 3, column invoiced_at: “12/01/2010 08:26”"),
        (line(invoiced_at="2010-12-01"), "Line 3, column invoiced_at"),
        (line(invoiced_at="2010-12-01T08:26+00:00"), "Line 3, column invoiced_at"),
        (line(invoice="5363-65"), "Line 3, column invoice"),
        (line(stock_code=" "), "Line 3, column stock_code"),
        (line(customer_id="17 850"), "Line 3, column customer_id"),
        ("536365,85123A", "Line 3 has 2 columns instead of 8"),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    """A file is read whole or not at all, and the error says where to look."""
    with pytest.raises(InvalidInput) as refused:
        read_rows(written(tmp_path, line(), text))
    assert str(refused.value.what).startswith(said)
    assert str(refused.value.kept) == "Nothing was played."


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (HEADINGS.replace(",country", ""), "Line 1 has no column country."),
        (f"{HEADINGS},colour", "Line 1 has columns that are not understood: colour."),
        ("InvoiceNo,StockCode", "Line 1 has no column invoice, stock_code"),
    ],
)
def test_a_file_of_other_columns_is_refused(tmp_path: Path, headings: str, said: str) -> None:
    """Which columns are missing or strange is said, and which are wanted."""
    with pytest.raises(InvalidInput) as refused:
        read_rows(written(tmp_path, line(), headings=headings))
    assert str(refused.value.what).startswith(said)
    assert "invoice, stock_code, description" in str(refused.value.hint)


def test_files_that_are_none(tmp_path: Path) -> None:
    """An empty file, a missing one, one that is not UTF-8 and one with an open quote are each refused in words."""
    empty, latin, torn = tmp_path / "empty.csv", tmp_path / "latin.csv", tmp_path / "torn.csv"
    empty.write_bytes(b"")
    latin.write_bytes(HEADINGS.encode() + b"\n" + line(description="POUND").encode().replace(b"POUND", b"\xa3") + b"\n")
    torn.write_text(f'{HEADINGS}\n536365,"85123A\n')
    for file, said in (
        (empty, "The file is empty."),
        (tmp_path / "missing.csv", "cannot be opened"),
        (latin, "Line 2 is not UTF-8."),
        (torn, "is no line of a CSV file"),
    ):
        with pytest.raises(InvalidInput) as refused:
            read_rows(file)
        assert said in str(refused.value.what)
