"""What the other tests of the matrix do not press: each operation online, offline, slow, switched, and replayed after a
kill. One story, in which nothing is refused but what declares that it needs the store server."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from kassa.testing import pytest_plugin
from kassa.testing.states import STATES, TillInState
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN
from kassa.testing.till import TillRefused

APPROVAL = (MANAGER, MANAGER_PIN)
till = pytest_plugin.till
"""The kit's, and not the one of this folder."""
ORDINARY = "switched"
"""The state of an ordinary run: online, then without the store server. The soak has all of them."""
SOAK = ((), pytest.mark.soak)

SALE: tuple[tuple[int, dict[str, Any]], ...] = (
    (101, {"code": "1001"}),
    (108, {"words": "kaffe"}),
    (602, {"words": "nobody"}),
    (918, {}),
    (217, {}),
    (917, {}),
    (100, {"code": "1001"}),
    (922, {}),
    (105, {"quantity": "3"}),
    (103, {"comment": "For the office"}),
    (104, {"price": "50", "approval": APPROVAL}),
    (300, {"amount": "6"}),
    (301, {"percent": "10"}),
    (302, {"amount": "5"}),
    (303, {"percent": "10"}),
    (501, {"comment": "Paid by the office"}),
    (100, {"code": "1005"}),
    (102, {}),
    (503, {"label": "The office"}),
    (504, {}),
)
"""Three coffees at 50, 10 % off the line and 10 % off all: 121.50; a book voided."""


@pytest.mark.parametrize(
    "till",
    [pytest.param(state, marks=() if state == ORDINARY else pytest.mark.soak) for state in STATES],
    indirect=True,
)
def test_the_other_operations(till: TillInState) -> None:
    """The sale comes to the same everywhere and is there once; what is taken back of it too; a Z is printed again, a
    shift put aside; training counts for nothing; what needs the store server is answered, or refused as declared."""
    for operation, parameters in SALE:
        till.run(operation, **parameters)
    sale = till.sale
    assert sale is not None
    paid = till.result(206).data
    till.run(114, receipt=paid["receipt_number"], line_id=sale.lines[0].line_id, approval=APPROVAL)
    till.run(200)
    till.run(512, number=f"NEW-{till.state}", amount="10")
    till.run(519, number="G100", amount="10")
    till.run(520, number="G100")
    till.run(201)
    till.run(1200, amount="500")
    till.run(1210, amount="100", approval=APPROVAL)
    till.run(1055, approval=APPROVAL)
    till.log_on()
    till.run(1057, approval=APPROVAL)
    till.run(1054)
    till.log_on()
    _only_the_store_server_knows(till)
    _log_off_and_on(till)
    sold, returned, card = till.sold()
    assert [line.item.number for line in (*sold.sold_lines, *card.sold_lines)] == ["1001", "GIFT-CARD", "GIFT-CARD"]
    assert [line.quantity for line in returned.sold_lines] == [Decimal(-3)]
    assert sum(sale.total for sale in till.sales()) == Decimal(20)


def _only_the_store_server_knows(till: TillInState) -> None:
    """801 and 1215: answered online; offline refused before anything is done."""
    for operation, parameters in ((801, {"code": "1001"}), (1215, {"pin": "9999", "new_pin": "8462", "again": "8462"})):
        allowed = till.online and operation == 801
        with suppress(TillRefused) if allowed else pytest.raises(TillRefused) as refused:
            till.run(operation, **parameters)
        if not till.online:
            assert refused.value.code == "not_available"


def _log_off_and_on(till: TillInState) -> None:
    """704, 703, 701, 700: training sells nothing, and ends with log off."""
    till.run(704, approval=APPROVAL)
    if till.state != "killed":  # a kill ends training, as log off does
        till.run(100, code="1001")
        till.run(200)
    till.run(701)
    if till.state != "killed":  # which logs on again by itself
        till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
        till.run(703)
        till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
