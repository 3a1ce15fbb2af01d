"""A register without the failover plugin: online only, says so, and lets the sale in progress be paid (S6)."""

from __future__ import annotations

import pytest

from kassa.connection import Reason
from kassa.errors import NotAvailable
from kassa.register import Register
from kassa.testing.shop import Shop, without


@pytest.fixture
def online_only(shop: Shop) -> Register:
    """A register whose plugins do not provide a connection."""
    register = shop.open_register(finder=without("offline_failover"))
    shop.log_on(register)
    return register


def test_it_says_so(online_only: Register) -> None:
    """It is online after the first log on, and cannot switch."""
    state = online_only.connection.state()
    assert (state.online, state.can_switch) == (True, False)
    assert not online_only.readiness().ready
    with pytest.raises(NotAvailable):
        online_only.connection.disconnect()


def test_a_lost_server_lets_the_sale_be_paid_and_starts_no_new_one(shop: Shop, online_only: Register) -> None:
    """Scanning says what is wrong; paying works; a new sale waits for the server, and starts as soon as it answers."""
    online_only.run(100, code=shop.barcode("1001"))
    shop.network.refuse()
    with pytest.raises(NotAvailable):
        online_only.run(100, code=shop.barcode("1002"))
    state = online_only.connection.state()
    assert (state.online, state.reason) == (False, Reason.UNREACHABLE)
    plan = online_only.connection.plan()
    assert plan is not None
    assert plan.at_next_sale
    online_only.run(200)
    with pytest.raises(NotAvailable):
        online_only.run(100, code=shop.barcode("1001"))
    assert online_only.transaction is None
    shop.network.pass_through()
    online_only.run(100, code=shop.barcode("1001"))
    assert online_only.connection.state().online
    online_only.run(200)
    shop.delivered(online_only)
    assert len(shop.server.sales()) == 2


def test_connect_tries(shop: Shop, online_only: Register) -> None:
    """917's Connect asks the server, and says when it does not answer."""
    shop.network.refuse()
    with pytest.raises(NotAvailable):
        online_only.run(100, code=shop.barcode("1001"))
    with pytest.raises(NotAvailable):
        online_only.connection.connect(in_transaction=False)
    shop.network.pass_through()
    online_only.connection.connect(in_transaction=False)
    assert online_only.connection.state().online
