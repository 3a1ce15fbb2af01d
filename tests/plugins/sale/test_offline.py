"""The till's operations while the store server is away: the same requests, answered in the register."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kassa.errors import NotAllowed, NotFound
from kassa.operations import ManagerApproval
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN, barcode

APPROVAL = ManagerApproval(MANAGER, MANAGER_PIN)


@pytest.fixture
def alone(shop: Shop, register: Register) -> Register:
    """A register whose store server has just vanished."""
    shop.network.refuse()
    return register


def test_everything_a_sale_needs_works_alone(alone: Register) -> None:
    """Scan, search, price check, quantity, discount, a manager's approval, comments, return, part payments."""
    assert alone.run(101, code="1004").data.unit_price == Decimal(899)
    assert [item.number for item in alone.run(108, words="rak").data.items] == ["1007"]
    alone.run(100, code=f"3×{barcode('1001')}")
    with pytest.raises(NotFound):
        alone.run(100, code="7310865004703")
    alone.run(105, quantity="2")
    alone.run(301, percent="10")
    with pytest.raises(NotAllowed):
        alone.run(104, price="1")
    alone.run(100, code="1002")
    alone.run(104, approval=APPROVAL, price="10")
    alone.run(109, approval=APPROVAL, code="1012")
    alone.run(501, comment="no server")
    alone.run(201, amount="50")
    finished = alone.run(200).data
    assert finished.receipt_number is not None
    assert not alone.connection.state().online
    assert finished.transaction.payments[1].amount == Decimal(52)


def test_a_sale_is_suspended_and_taken_up_alone(shop: Shop, alone: Register) -> None:
    """On the same register, whole and once; when the server is back it knows of both, and has the sale once."""
    alone.run(100, code="1001")
    alone.run(503)
    assert alone.transaction is None
    alone.run(504)
    alone.run(200)
    with pytest.raises(NotFound):
        alone.run(504)
    shop.network.pass_through()
    alone.connection.connect(in_transaction=False)
    shop.delivered(alone)
    assert [str(sale.total) for sale in shop.server.sales()] == ["54.90"]
    with pytest.raises(NotFound):
        alone.run(504)


def test_a_customer_added_alone_is_there_when_the_server_is_back(shop: Shop, alone: Register) -> None:
    """Found at once in the register, and after delivery in the store server, with a number that stays."""
    alone.run(100, code="1001")
    customer = alone.run(612, name="Åsa Öberg").data
    assert alone.run(602, words="asa oberg").data.customers == (customer,)
    finished = alone.run(200).data
    assert finished.transaction.customer == customer
    shop.network.pass_through()
    alone.connection.connect(in_transaction=False)
    shop.delivered(alone)
    assert alone.connection.state().online
    (known,) = alone.run(602, words="oberg").data.customers
    assert (customer.provisional, known.provisional, known.name) == (True, False, customer.name)
    (sale,) = shop.server.sales()
    assert sale.customer_number == known.number
