"""Failover on a real register: its operations, its journal, a real store server behind a real network."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from kassa.errors import NotAllowed, NotAvailable, NotFound
from kassa.operations import ManagerApproval
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN

SCAN, PAY_CASH, STATUS = 100, 200, 917
TIMEOUT_S = 10
AT_ONCE_S = TIMEOUT_S / 4
"""What a busy machine may take for what waits for nothing: far from the timeout. Figures are in the benchmarks."""


@pytest.fixture
def slow_shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop with the default timeout, 10 s."""
    return make_shop(profile={"request_timeout_s": TIMEOUT_S, "reconnect_interval_min": 0.25})


def open_till(shop: Shop) -> Register:
    register = shop.open_register()
    shop.log_on(register)
    return shop.with_data(register)


def scan(shop: Shop, register: Register, number: str = "1001") -> Any:
    return register.run(SCAN, code=shop.barcode(number))


def timed(function: Callable[[], Any]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def test_disconnect_answers_at_once_while_a_request_hangs(slow_shop: Shop) -> None:
    """A scan hangs in a request for 10 s; Disconnect on the control lane answers at once, and so does the scan."""
    register = open_till(slow_shop)
    scan(slow_shop, register)
    slow_shop.network.freeze()
    began = time.perf_counter()
    hanging: Future[Any] = register.submit(SCAN, code=slow_shop.barcode("1002"))
    wait_until(lambda: register.view().busy, "the scan is on its way")
    assert timed(lambda: register.run(STATUS, action="disconnect")) < AT_ONCE_S
    hanging.result(AT_ONCE_S)
    assert time.perf_counter() - began < 2 * AT_ONCE_S
    assert register.connection.state().name == "manual"
    assert register.transaction is not None
    assert [line.item.number for line in register.transaction.lines] == ["1001", "1002"]
    register.run(PAY_CASH)


def test_refusing_server_costs_no_wait(slow_shop: Shop) -> None:
    """Server refuses: the scan is answered offline at once, and later ones too: nobody waits for the timeout."""
    register = open_till(slow_shop)
    scan(slow_shop, register)
    slow_shop.network.refuse()
    assert timed(lambda: scan(slow_shop, register, "1002")) < AT_ONCE_S
    assert timed(lambda: scan(slow_shop, register, "1003")) < AT_ONCE_S
    assert register.connection.state().name == "unreachable"


@pytest.mark.parametrize("fault", ["freeze", "drip"])
def test_silent_server_costs_the_timeout_once(shop: Shop, register: Register, fault: str) -> None:
    """Frozen or dripping: the first scan waits the timeout, later ones nothing; the sale goes on whole."""
    scan(shop, register)
    getattr(shop.network, fault)()
    timeout = register.record.profile.request_timeout_s
    took = timed(lambda: scan(shop, register, "1002"))
    assert timeout * 0.95 < took < timeout * 3
    assert timed(lambda: scan(shop, register, "1003")) < timeout * 0.5
    assert register.connection.state().name == "timeout"
    register.run(PAY_CASH)
    assert register.waiting().count == 1


def test_connect_in_a_sale_is_done_at_the_next(shop: Shop, register: Register) -> None:
    """Connect with a sale in progress says no, and the next sale is online."""
    scan(shop, register)
    register.run(STATUS, action="disconnect")
    with pytest.raises(NotAvailable):
        register.run(STATUS, action="connect")
    assert register.connection.state().name == "manual"
    register.run(PAY_CASH)
    assert register.connection.state().name == "manual"
    scan(shop, register)
    assert register.connection.state().online


def test_by_hand_survives_the_end_of_the_register(shop: Shop, register: Register) -> None:
    """Disconnected by hand, closed and opened again: still so, nothing is sent, and one sells."""
    register.run(STATUS, action="disconnect")
    register.close()
    contacts = shop.network.connections
    again = shop.open_register(register.directory)
    assert again.connection.state().name == "manual"
    shop.log_on(again)
    scan(shop, again)
    again.run(PAY_CASH)
    assert shop.network.connections == contacts
    again.run(STATUS, action="connect")
    shop.delivered(again)
    assert len(shop.server.sales()) == 1


def test_failed_scan_that_would_have_begun_a_sale_leaves_it_between_sales(shop: Shop, register: Register) -> None:
    """An operation that was to start a sale and ended without one leaves Connect possible."""
    register.run(STATUS, action="disconnect")
    with pytest.raises(NotFound):
        register.run(SCAN, code="0000000000000")
    register.run(STATUS, action="connect")
    assert register.connection.state().online


def test_offline_limit_is_overridden_by_a_manager(make_shop: Callable[..., Shop]) -> None:
    """With a limit passed a sale starts only with a manager's approval, through the register's own pipeline."""
    shop = make_shop(profile={"request_timeout_s": 2, "reconnect_interval_min": 60, "max_offline_amount": "50"})
    register = open_till(shop)
    shop.network.refuse()
    scan(shop, register)
    register.run(PAY_CASH)
    with pytest.raises(NotAllowed) as raised:
        scan(shop, register)
    assert raised.value.override
    register.run(SCAN, code=shop.barcode("1001"), approval=ManagerApproval(MANAGER, MANAGER_PIN))
    register.run(PAY_CASH)


def test_log_on_while_the_server_is_away(shop: Shop, register: Register) -> None:
    """A restart without a server: staff log on from the offline database, and sell."""
    register.close()
    shop.network.refuse()
    again = shop.open_register(register.directory)
    shop.log_on(again)
    assert again.connection.state().name == "unreachable"
    scan(shop, again)
    again.run(PAY_CASH)


def test_by_hand_survives_the_plug(shop: Shop) -> None:
    """Disconnected by hand, and the plug pulled: the register comes back disconnected, and Connect brings it online."""
    till = shop.start_till()
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    till.run(STATUS, action="disconnect")
    till.kill()
    till.come_back()
    assert till.facts()["state"] == "manual"
    till.run(STATUS, action="connect")
    assert till.facts()["state"] == "online"


def test_a_silent_server_delays_no_start(slow_shop: Shop) -> None:
    """The register is ready for log on although its server says nothing; the first contact is made beside it."""
    folder = slow_shop.activate()
    slow_shop.network.freeze()
    began = time.perf_counter()
    register = slow_shop.open_register(folder)
    assert time.perf_counter() - began < TIMEOUT_S / 2
    assert register.connection.state().name == "starting"
    slow_shop.network.pass_through()
    wait_until(lambda: register.connection.state().online, "the first contact has been made")
