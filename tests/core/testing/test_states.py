"""The kit's five states: one test, run in each of them, on the plugins that Kassa comes with."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kassa.testing.shop import wait_until
from kassa.testing.states import STATES, StateShop, StateShops, TillInState, each_connection_state
from kassa.testing.till import TillRefused

ONLINE_AT_THE_END = {"online", "slow", "killed"}


@each_connection_state
def test_sale_with_a_new_customer(till: TillInState) -> None:
    """A command and a sale are done once in every state, and the state is what its name says."""
    assert till.online == (till.state != "offline")
    till.run(100, code=till.barcode("1001"))
    added = till.result(612, name=f"Kund {till.state}").data
    assert till.online == (till.state in ONLINE_AT_THE_END)
    assert till.sale is not None
    assert till.sale.customer is not None
    assert till.sale.customer.number == added["number"]
    till.run(200)
    assert till.sale is None
    (sale,) = till.sales()
    (customer,) = till.shop.server.query(
        "SELECT customer_number FROM customer WHERE name = :name", name=f"Kund {till.state}"
    )
    assert (sale.total, sale.customer_number) == (Decimal("54.90"), customer["customer_number"])
    assert (customer["customer_number"] == added["number"]) != bool(added.get("provisional"))
    (made,) = till.sold()
    assert [line.item.number for line in made.lines] == ["1001"]


@each_connection_state
def test_refusal_is_the_same_everywhere(till: TillInState) -> None:
    """What does not exist is refused in every state, and the sale stays; the next test finds none in progress."""
    till.run(100, code=till.barcode("1002"))
    with pytest.raises(TillRefused) as told:
        till.run(100, code="no such code")
    assert told.value.code == "not_found"
    assert till.sale is not None
    assert len(till.sale.lines) == 1


def test_till_is_online_where_nothing_is_said(till: TillInState) -> None:
    """Without a state a test has an online till, with no sale: the one before is gone."""
    assert (till.state, till.online, till.sale, till.problems) == ("online", True, None, [])
    assert STATES == ("online", "offline", "slow", "switched", "killed")


def test_a_shop_that_a_test_has_left_broken_is_not_used_again(tmp_path: Path) -> None:
    """After a failure the next till stands in another shop."""
    shops = StateShop(tmp_path, ())
    try:
        first = shops.till("offline").shop
        shops.close()
        second = shops.till("online")
        assert second.shop is not first
        wait_until(lambda: second.online, "the second shop is online")
    finally:
        shops.close()


def test_each_list_of_plugins_has_its_own_shop(tmp_path: Path) -> None:
    """Two folders of tests that override ``enabled_plugins`` in one run never get each other's till."""
    shops = StateShops(tmp_path)
    try:
        plain, printing = shops.with_plugins(()), shops.with_plugins(["receipt"])
        assert plain is not printing
        assert shops.with_plugins(["receipt"]) is printing
        assert printing.till("online").result(115).window is not None
    finally:
        shops.close()
