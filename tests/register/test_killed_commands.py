"""Commands of a register that is killed after the store server has acted and before it knew: done once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.register.conftest import QUICK, customers, nothing_aside, open_ready, suspended

from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, REGISTER, SECOND_REGISTER
from kassa.testing.till import Till, TillKilled

LOST = pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One shop for all of these: each leaves nothing behind."""
    with Shop(tmp_path_factory.mktemp("killed"), profile=QUICK) as made:
        for register_id in (REGISTER, SECOND_REGISTER):
            open_ready(made, register_id).close()
        yield made


def sales(shop: Shop) -> list[str]:
    """The sales in the channel database."""
    return [sale.transaction_id for sale in shop.server.sales()]


def killed_in(shop: Shop, operation: int, *, lost: bool, write: str = "answer_command", **parameters: str) -> Till:
    """A register that is killed when it would have noted what came of the command of ``operation``."""
    till = shop.start_till(shop.folder / REGISTER, kill_at=f"{write}:1:before", kind=ForkedTill)
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    if operation != 504:
        till.run(100, code="1001")
    if lost:
        shop.network.drop_answer()
    with pytest.raises(TillKilled):
        till.run(operation, **parameters)
    shop.network.pass_through()
    return till


def ended(shop: Shop, till: Till) -> None:
    """The sale is paid and everything delivered; nothing is aside, and the till is closed."""
    till.run(200)
    wait_until(lambda: till.facts()["waiting"] == 0, "everything is in")
    till.close()
    nothing_aside(shop)


def back_and_settled(till: Till) -> None:
    """The register is back, somebody is at it, and nothing is open."""
    till.come_back()
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    wait_until(lambda: till.facts()["state"] == "online", "it is online")
    wait_until(lambda: not till.facts()["pending"], "no command waits")
    wait_until(lambda: till.facts()["waiting"] == 0, "everything is in")


@LOST
def test_killed_before_it_knew_of_a_suspended_sale(shop: Shop, lost: bool) -> None:
    """Back again, the sale is aside, once, and not on the till."""
    before = len(sales(shop))
    till = killed_in(shop, 503, lost=lost)
    assert len(suspended(shop)) == 1
    back_and_settled(till)
    assert till.facts()["sale"] is None
    assert len(suspended(shop)) == 1
    till.run(504)
    ended(shop, till)
    assert (suspended(shop), len(sales(shop))) == ([], before + 1)


@LOST
@pytest.mark.parametrize("owner", [REGISTER, SECOND_REGISTER], ids=["own sale", "another register's"])
def test_killed_before_it_knew_of_a_sale_taken_up(shop: Shop, owner: str, lost: bool) -> None:
    """Back again, the sale is on its till, once, whichever register had put it aside."""
    with shop.open_register(shop.folder / owner) as first:
        shop.log_on(first)
        first.run(100, code="1001")
        assert first.transaction is not None
        transaction_id = first.transaction.transaction_id
        first.run(503)
        shop.delivered(first)
    refused_here = owner != REGISTER and lost
    write = "doubt_command" if refused_here else "answer_command"
    till = killed_in(shop, 504, lost=lost, write=write, transaction_id=transaction_id)
    assert suspended(shop) == []
    back_and_settled(till)
    assert till.facts()["sale"]["transaction_id"] == transaction_id
    ended(shop, till)
    assert sales(shop).count(transaction_id) == 1


@LOST
def test_killed_before_it_knew_of_a_new_customer(shop: Shop, lost: bool) -> None:
    """Back again, the customer is there once, in the channel database and at the till."""
    name = "Bo Sten" if lost else "Bo Ek"
    till = killed_in(shop, 612, lost=lost, name=name)
    back_and_settled(till)
    assert customers(shop, name) == 1
    assert till.facts()["sale"]["lines"]
    ended(shop, till)
