"""100 Product sale, 101 Price check, 108 Product search, 109 Return product."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.model import Item
from kassa.requests.catalogue import ItemsFound
from kassa.testing.store import MANAGER, barcode
from kassa_sale.selling import read_scan

D = Decimal
BAD_QUANTITIES = ["0", "1000000", "1,5e3", "-1", "x"]


@pytest.mark.parametrize("code", [barcode("1001"), "1001", " 1001 "])
def test_a_scan_is_a_line(counter: Counter, code: str) -> None:
    """A barcode or an item number starts a sale with a line that carries the item as it is sold now."""
    line = counter.scan(code)
    assert (line.item.number, line.item.unit_price, line.item.tax_rate, line.quantity) == (
        "1001",
        D("54.90"),
        D("0.12"),
        1,
    )
    assert counter.sale.lines == (line,)
    assert counter.totals.total == D("54.90")


def test_each_scan_is_a_line_of_its_own(counter: Counter) -> None:
    """The same item scanned again is another line, in the order of scanning."""
    counter.scan("1001")
    counter.scan("1002")
    counter.scan("1001")
    assert [line.item.number for line in counter.sale.lines] == ["1001", "1002", "1001"]


@pytest.mark.parametrize("typed", ["3×1001", "3*1001", " 3 × 1001 ", f"3*{barcode('1001')}"])
def test_a_quantity_before_the_code_is_one_line(counter: Counter, typed: str) -> None:
    """``3×code`` sells three on one line."""
    assert counter.scan(typed).quantity == 3
    assert len(counter.sale.lines) == 1


def test_a_quantity_beside_the_code(counter: Counter) -> None:
    """A search choice hands in code and quantity, as text or as a number; weight has three decimals."""
    assert counter.scan("1003", quantity="0,482").quantity == D("0.482")
    assert counter.scan("1001", quantity=2).quantity == 2
    assert counter.scan("1001", quantity=D(4)).quantity == 4
    assert counter.totals.lines[0].gross == D("15.88")


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_a_quantity_that_cannot_be_sold_starts_no_sale(counter: Counter, quantity: str) -> None:
    """0, a million, ``1,5e3``: refused before the code or beside it; no empty sale is left behind."""
    with pytest.raises(InvalidInput):
        counter.run(100, code="1001", quantity=quantity)
    with pytest.raises(InvalidInput):
        counter.run(100, code=f"{quantity}×1001")
    assert counter.register.transaction is None


def test_an_unknown_code_leaves_the_sale_as_it_was(counter: Counter) -> None:
    """What nothing has is said with what to do; the sale in progress keeps its lines."""
    line = counter.scan()
    with pytest.raises(NotFound) as refused:
        counter.scan("7310865004703")
    assert refused.value.hint is not None
    assert counter.sale.lines == (line,)


def test_an_unknown_code_starts_no_sale(counter: Counter) -> None:
    """A first scan that fails leaves no empty sale."""
    with pytest.raises(NotFound):
        counter.scan("4711")
    assert counter.register.transaction is None


@pytest.mark.parametrize(
    ("typed", "code", "quantity"), [("*A1*", "*A1*", 1), ("A×", "A×", 1), ("2*B*C", "B*C", 2), ("1,5×7", "7", D("1.5"))]
)
def test_what_belongs_to_a_code_stays_with_it(typed: str, code: str, quantity: Decimal) -> None:
    """A sign at the very beginning or end is the code's own."""
    assert read_scan(typed, None) == (code, quantity)


def test_nothing_is_no_code() -> None:
    """An empty scan is refused."""
    with pytest.raises(InvalidInput):
        read_scan("  ", None)


def test_a_price_check_sells_nothing(counter: Counter) -> None:
    """101 says what an item costs, in a line and a window whose button would sell it; no sale is begun."""
    result = counter.run(101, code=barcode("1004"))
    assert isinstance(result.data, Item)
    assert result.message is not None
    assert result.message.words("sv") == "Regnjacka Sarek, blå M kostar 899,00\xa0kr."
    assert result.window is not None
    assert [row.label.words("sv") for row in result.window.rows] == ["Pris", "Artikelnummer", "Streckkod", "Moms"]
    assert (result.window.actions[0].operation, result.window.actions[0].parameters) == (100, {"code": barcode("1004")})
    assert counter.register.transaction is None


def test_search_finds_by_part_of_a_name(counter: Counter) -> None:
    """108 hands the items found to the screen, without regard to accents; finding none is said."""
    found = counter.run(108, words="rak smor").data
    assert isinstance(found, ItemsFound)
    assert [item.number for item in found.items] == ["1007"]
    nothing = counter.run(108, words="zebra")
    assert nothing.data.items == ()
    assert nothing.message is not None


def test_a_return_needs_somebody_who_may(counter: Counter) -> None:
    """109 is refused to a cashier, and a manager may approve it; the line is below zero and names the manager."""
    with pytest.raises(NotAllowed) as refused:
        counter.run(109, code="1001")
    assert refused.value.override
    assert counter.register.transaction is None
    line = counter.run(109, approval=APPROVAL, code="1001", quantity="2", receipt="S1-R1-1-000007").data
    assert (line.quantity, line.approved_by, line.return_of) == (-2, MANAGER, "S1-R1-1-000007")
    assert counter.totals.total == D("-109.80")


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_a_quantity_that_cannot_be_returned_is_refused(counter: Counter, quantity: str) -> None:
    """A return's quantity is entered without a sign, within the same bounds."""
    with pytest.raises(InvalidInput):
        counter.run(109, approval=APPROVAL, code="1001", quantity=quantity)
    assert counter.register.transaction is None
