"""102 Void product, 103 Line comment, 104 Price override, 105 Set quantity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.testing.store import MANAGER

D = Decimal
NEEDS: dict[int, dict[str, Any]] = {
    102: {}, 103: {"comment": "x"}, 105: {"quantity": "2"}, 300: {"amount": "1"}, 301: {"percent": "1"},
    302: {"amount": "1"}, 303: {"percent": "1"}, 500: {}, 501: {"comment": "x"}, 503: {},
}  # fmt: skip


@pytest.mark.parametrize("operation", NEEDS)
def test_what_changes_a_sale_needs_one(counter: Counter, operation: int) -> None:
    """Without a sale in progress there is nothing to change."""
    with pytest.raises(NotAvailable):
        counter.run(operation, **NEEDS[operation])


@pytest.mark.parametrize("operation", [102, 103, 105, 300, 301])
def test_a_line_that_is_not_there_is_not_found(counter: Counter, operation: int) -> None:
    """A line of another sale, or one that is void, is refused, and the sale is as it was."""
    counter.scan("1001")
    void = counter.scan("1002")
    counter.run(102)
    sale = counter.sale
    for line_id in ("nowhere", void.line_id):
        with pytest.raises(NotFound):
            counter.run(operation, line_id=line_id, **NEEDS[operation])
    assert counter.sale == sale


def test_voiding_takes_the_last_line_or_the_named_one(counter: Counter) -> None:
    """A void line stays to be seen and counts for nothing."""
    first = counter.scan("1001")
    counter.scan("1002")
    counter.scan("1009")
    counter.run(102)
    counter.run(102, line_id=first.line_id)
    assert [line.voided for line in counter.sale.lines] == [True, False, True]
    assert counter.totals.total == D("17.50")


def test_a_comment_stays_with_its_line(counter: Counter) -> None:
    """103 comments a line, and takes the comment away again."""
    counter.scan()
    counter.run(103, comment=" gift wrapped ")
    assert counter.sale.lines[0].comment == "gift wrapped"
    counter.run(103, comment="")
    assert counter.sale.lines[0].comment is None


def test_a_price_override_needs_somebody_who_may(counter: Counter) -> None:
    """104 is refused to a cashier; approved by a manager, the line has the price and the manager's number."""
    counter.scan()
    with pytest.raises(NotAllowed) as refused:
        counter.run(104, price="49,90")
    assert refused.value.override
    assert counter.totals.total == D("54.90")
    counter.run(104, approval=APPROVAL, price="49,90")
    assert (counter.totals.total, counter.sale.lines[0].approved_by) == (D("49.90"), MANAGER)
    counter.run(104, approval=APPROVAL, price=None)
    assert counter.totals.total == D("54.90")


@pytest.mark.parametrize("price", ["-1", "-0,01", "1e3", "", "100000000", D("-5")])
def test_a_price_below_zero_is_refused(counter: Counter, price: object) -> None:
    """So is what is no price at all; the line keeps its price."""
    counter.scan()
    with pytest.raises(InvalidInput):
        counter.run(104, approval=APPROVAL, price=price)
    assert counter.totals.total == D("54.90")


def test_a_quantity_is_set_on_the_last_line_or_the_named_one(counter: Counter) -> None:
    """105 sets a quantity, as typed or as a number."""
    first = counter.scan("1002")
    counter.scan("1009")
    counter.run(105, quantity="3")
    counter.run(105, quantity=D(2), line_id=first.line_id)
    assert [line.quantity for line in counter.sale.lines] == [2, 3]


@pytest.mark.parametrize("quantity", ["0", "1000000", "1,5e3", "-2", "0,0005", "7310865004703"])
def test_a_quantity_that_cannot_be_sold_is_refused(counter: Counter, quantity: str) -> None:
    """0, a million, ``1,5e3``, a scanned barcode: refused with what to do; the line keeps its quantity."""
    counter.scan(quantity="2")
    with pytest.raises(InvalidInput) as refused:
        counter.run(105, quantity=quantity)
    assert refused.value.hint is not None
    assert counter.sale.lines[0].quantity == 2
