"""What is pressed for an invoice, and where a cashier goes on after a power loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.replay.written import line, reading

from kassa.replay.catalogue import make_catalogue
from kassa.replay.steps import Step, first_not_done, steps


@pytest.fixture
def pressed(tmp_path: Path) -> tuple[Step, ...]:
    """An invoice of a sale, a return at another price than the item's, paid in two parts."""
    found = reading(
        tmp_path, line(invoice="C536363", quantity="12"), line(invoice="C536363", quantity="-1", unit_price="2.10")
    )
    return steps(found.invoices[0], make_catalogue(found.invoices))


def test_an_invoice_becomes_the_operations_of_a_till(pressed: tuple[Step, ...]) -> None:
    """Scans with their quantity, returns, other prices, the customer, the invoice's number, the payments."""
    assert [(step.operation, step.parameters) for step in pressed] == [
        (100, {"code": "2908512301005", "quantity": "12"}),
        (600, {"number": "17850"}),
        (501, {"comment": "Invoice C536363"}),
        (109, {"code": "2908512301005", "quantity": "1"}),
        (104, {"price": "2.10"}),
        (201, {"amount": "14.25"}),
        (201, {"amount": "14.25"}),
    ]
    assert [step.lines for step in pressed] == [1, 1, 1, 1, 2, 2, 2]


def test_a_sale_in_progress_shows_what_is_left_to_do(pressed: tuple[Step, ...]) -> None:
    """Whatever was the last thing in the journal, the first step after it is next; the last one until the sale ends."""
    sale: dict[str, Any] = {"lines": []}
    seen = [first_not_done(pressed, sale)]
    for change in (
        {"lines": [{}]},
        {"customer": {}},
        {"comment": "Invoice C536363"},
        {"lines": [{}, {}]},
        {"lines": [{}, {"price_override": "2.10"}]},
        {"payments": [{}]},
        {"payments": [{}, {}]},
    ):
        sale |= change
        seen.append(first_not_done(pressed, sale))
    assert seen == [0, 1, 2, 3, 4, 5, 6, 6]
