"""300-303: discounts by hand, within the limit or with a manager."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import InvalidInput, NotAllowed
from kassa.testing.store import MANAGER, MANAGER_PIN

D = Decimal
GIVEN: dict[int, tuple[dict[str, Any], str]] = {
    300: ({"amount": "3,50"}, "31.50"),
    301: ({"percent": "10"}, "31.50"),
    302: ({"amount": "3.5"}, "31.50"),
    303: ({"percent": D("10")}, "31.50"),
}
OVER: dict[int, dict[str, Any]] = {
    300: {"amount": "3,51"}, 301: {"percent": "10,1"}, 302: {"amount": "3,51"}, 303: {"percent": "10,1"},
}  # fmt: skip


@pytest.mark.parametrize("operation", GIVEN)
def test_a_discount_within_the_limit_is_the_cashier_s(counter: Counter, operation: int) -> None:
    """Up to the limit of the cashier's group (10 %) a discount needs nobody; 0 takes it away."""
    counter.scan("1009")
    parameters, total = GIVEN[operation]
    counter.run(operation, **parameters)
    assert counter.totals.total == D(total)
    counter.run(operation, **dict.fromkeys(parameters, "0"))
    assert counter.totals.total == D("35.00")


@pytest.mark.parametrize("operation", OVER)
def test_a_discount_over_the_limit_needs_a_manager(counter: Counter, operation: int) -> None:
    """Above it, it is refused with the limit said; a manager may approve it, whose number stays with the discount."""
    counter.scan("1009")
    with pytest.raises(NotAllowed) as refused:
        counter.run(operation, **OVER[operation])
    assert refused.value.override
    assert "10" in str(refused.value.hint)
    assert counter.totals.discount == 0
    counter.run(operation, approval=APPROVAL, **OVER[operation])
    given = counter.sale.lines[0].discount or counter.sale.discount
    assert given is not None
    assert given.approved_by == MANAGER


@pytest.mark.parametrize("operation", [300, 302])
def test_a_discount_is_never_more_than_the_goods(counter: Counter, operation: int) -> None:
    """More than the goods are worth is refused, to managers too."""
    counter.scan("1009")
    with pytest.raises(InvalidInput, match="worth"):
        counter.run(operation, approval=APPROVAL, amount="35,01")
    assert counter.totals.total == D("35.00")


@pytest.mark.parametrize("operation", GIVEN)
def test_a_discount_that_is_none_is_refused(counter: Counter, operation: int) -> None:
    """Below zero, above 100 %, with an exponent: refused."""
    counter.scan("1009")
    name = next(iter(GIVEN[operation][0]))
    for value in ("-1", "1e1", "100001", ""):
        with pytest.raises(InvalidInput):
            counter.run(operation, approval=APPROVAL, **{name: value})
    assert counter.totals.discount == 0


def test_an_amount_is_measured_again_when_its_line_shrinks(counter: Counter) -> None:
    """An amount within the limit of ten articles is far over that of one: the smaller quantity needs a manager."""
    counter.scan("1009", quantity=10)
    counter.run(300, amount="35")
    with pytest.raises(NotAllowed, match="discount"):
        counter.run(105, quantity="1")
    assert counter.sale.lines[0].quantity == 10


def test_a_total_discount_is_measured_again_when_lines_go(counter: Counter) -> None:
    """Voiding most of what a total discount was given on needs the discount to go first, or a manager."""
    counter.scan("1009", quantity=9)
    keep = counter.scan("1009")
    counter.run(302, amount="35")
    with pytest.raises(NotAllowed):
        counter.run(102, line_id=counter.sale.lines[0].line_id)
    counter.run(302, amount="0")
    counter.run(102, line_id=counter.sale.lines[0].line_id)
    assert counter.sale.sold_lines == (keep,)


def test_what_a_manager_approved_stands_as_long_as_it_does_not_grow(counter: Counter) -> None:
    """Further scans ask for nobody; making the line smaller asks again."""
    counter.scan("1009", quantity=2)
    counter.run(300, approval=APPROVAL, amount="35")
    counter.scan("1001")
    counter.run(103, comment="x", line_id=counter.sale.lines[0].line_id)
    counter.run(105, quantity=3, line_id=counter.sale.lines[0].line_id)
    with pytest.raises(NotAllowed):
        counter.run(105, quantity=2, line_id=counter.sale.lines[0].line_id)


def test_a_manager_at_the_till_has_the_manager_s_limit(counter: Counter) -> None:
    """The limit is that of whoever is logged on."""
    counter.ready(MANAGER, MANAGER_PIN)
    counter.scan("1009")
    counter.run(301, percent="50")
    assert counter.totals.total == D("17.50")
