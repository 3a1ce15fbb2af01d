"""Suspending sales and taking them up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.core.requests.conftest import Contexts

from kassa.errors import NotFound
from kassa.model import Transaction
from kassa.requests.suspended import ListSuspended, RecallSale, SuspendSale
from kassa.requests.suspended_handlers import list_suspended, recall_sale, suspend_sale
from kassa.runtime.request import Side


def sale(number: str, register: str = "R1") -> Transaction:
    return Transaction(
        number, "S1", register, "100", "SEK", True, datetime(2026, 1, 2, tzinfo=UTC), comment="blue coat"
    )


@pytest.fixture(autouse=True)
def suspended(asking: Contexts) -> None:
    for register, number in (("R1", "t1"), ("R2", "t2")):
        with asking(register) as context:
            suspend_sale(SuspendSale(command_id=number, transaction=sale(number, register), label="x"), context)


def test_a_suspended_sale_is_taken_up_once(asking: Contexts) -> None:
    """Whoever takes it up first has it, whole, as a sale of that register and cashier; nobody else finds it."""
    with asking("R2", staff="200") as context:
        taken = recall_sale(RecallSale(command_id="c", transaction_id="t1"), context)
    assert (taken.transaction_id, taken.register_id, taken.staff_id, taken.comment) == ("t1", "R2", "200", "blue coat")
    with asking() as context, pytest.raises(NotFound):
        recall_sale(RecallSale(command_id="d", transaction_id="t1"), context)


def test_without_the_store_server_a_register_has_its_own_alone(asking: Contexts) -> None:
    """Another register may have taken up one of the others, so they are neither listed nor taken up."""
    with asking("R1", Side.REGISTER) as context:
        assert [each.transaction_id for each in list_suspended(ListSuspended(), context).sales] == ["t1"]
        with pytest.raises(NotFound):
            recall_sale(RecallSale(command_id="c", transaction_id="t2"), context)
        assert recall_sale(RecallSale(command_id="c", transaction_id="t1"), context).register_id == "R1"


def test_the_store_lists_its_sales_oldest_first(asking: Contexts) -> None:
    """The store server lists every register's, in the order in which they were suspended."""
    with asking("R3") as context:
        sales = list_suspended(ListSuspended(), context).sales
    assert [(each.transaction_id, each.register_id) for each in sales] == [("t1", "R1"), ("t2", "R2")]
