"""A cashier's shift in each state of the connection, approved by a manager where it has to be, and on its Z."""

from __future__ import annotations

from typing import Any

from kassa.testing import pytest_plugin
from kassa.testing.states import TillInState, each_connection_state
from kassa.testing.store import MANAGER, MANAGER_PIN

APPROVAL = (MANAGER, MANAGER_PIN)
till = pytest_plugin.till
"""The kit's, and not the one of this folder."""

DAY: tuple[tuple[int, dict[str, Any]], ...] = (
    (1200, {"amount": "500"}),
    (100, {"code": "1005"}),
    (200, {}),
    (1201, {"amount": "100"}),
    (100, {"code": "1004"}),
    (201, {}),
    (1211, {"amount": "200"}),
    (109, {"code": "1012", "approval": APPROVAL}),
    (200, {}),
    (100, {"code": "1001"}),
    (500, {}),
    (1212, {"amount": "12", "reference": "Bag 7", "approval": APPROVAL}),
    (1052, {"action": "count", "denomination": "100", "count": "4"}),
    (1052, {"action": "count", "denomination": "50", "count": "1"}),
    (1052, {"action": "declare"}),
    (1056, {"approval": APPROVAL}),
)
"""500 to begin with, 69 in cash, 100 put in, 899 by card, 200 to the safe, 7 given back in cash, 54.90 voided,
12 to the bank, and 450 counted where there should be 450."""


@each_connection_state
def test_a_day_ends_with_the_same_z(till: TillInState) -> None:
    """Whatever the connection does, the Z says the same, it is what the store server has, and every sale is on exactly
    one Z, whose numbers have no gap. What was sold before it was suspended, blind closed and closed is on it."""
    close(till)
    for operation, parameters in DAY:
        till.run(operation, **parameters)
    shift_id = till.result(1056, approval=APPROVAL).data["shift_id"]
    till.run(1053)
    till.log_on()
    figures = till.result(1055, approval=APPROVAL, shift_id=shift_id).data["figures"]
    assert (figures["receipts"], figures["total"]) == (3, "961.00")
    assert figures["voids"] == {"count": 1, "amount": "54.90"}
    assert figures["drawer_openings"] == 2
    assert figures["counts"] == [{"tender_id": "cash", "name": "Kontant", "amount": "450"}]
    assert close(till)["figures"].get("receipts", 0) == 0
    till.settle()
    every_sale_is_on_one_z(till)
    (row,) = till.shop.server.query("SELECT * FROM shift_report WHERE shift_id = :shift", shift=shift_id)
    assert (row["agrees"], row["receipts"], row["total"]) == (True, 3, 96100)


def close(till: TillInState) -> dict[str, Any]:
    """Close the open shift, with a manager's approval, and log on again: the Z."""
    z: dict[str, Any] = till.result(1055, approval=APPROVAL).data
    assert z["approved_by"] == MANAGER
    till.log_on()
    return z


def every_sale_is_on_one_z(till: TillInState) -> None:
    """What all Z come to is what all sales come to; each agrees with its own."""
    query = till.shop.server.query
    (sold,) = query("SELECT coalesce(sum(total), 0) AS total FROM sales_transaction WHERE kind = 'sale'")
    (closed,) = query(
        "SELECT sum(total) AS total, min(agrees) AS agrees, count(*) AS z, count(DISTINCT number) AS numbers,"
        " max(number) AS last FROM shift_report"
    )
    assert closed["agrees"]
    assert closed["total"] == sold["total"]
    assert closed["z"] == closed["numbers"] == closed["last"]
