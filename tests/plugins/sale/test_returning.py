"""114: returns by receipt, and that never more is taken back than was sold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.operations import ManagerApproval
from kassa.register import Register
from kassa.sale.totals import compute
from kassa.testing.forked_till import ForkedTill
from kassa.testing.server import server_module
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN, SMALL_STORE

D = Decimal
APPROVAL = ManagerApproval(MANAGER, MANAGER_PIN)
THREE_FOR_TWO = {
    "discount_id": "COFFEE", "name": "3 för 2", "discount_type": "mix_and_match", "kind": "least_expensive",
    "value": "100", "levels": [{"minimum": "3"}], "products": [{"item_number": "1001"}],
}  # fmt: skip
STORE = {**SMALL_STORE, "discounts": [THREE_FOR_TWO]}
PROFILE: dict[str, Any] = {"request_timeout_s": 1.5, "reconnect_interval_min": 0.25}


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(store=STORE, profile=PROFILE)


@pytest.fixture(params=["online", "offline", "slow", "switched"])
def till(request: pytest.FixtureRequest, shop: Shop) -> tuple[Shop, Register, Callable[[], None]]:
    """A register in each state of its connection, and what happens in the middle."""
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    if request.param == "offline":
        shop.network.refuse()
    elif request.param == "slow":
        shop.network.slow(0.05)
    middle = shop.network.refuse if request.param == "switched" else lambda: None
    return shop, register, middle


def sell(register: Register) -> str:
    """Three coffees for two in two lines, with 10 % by hand on everything; the receipt's number. 109.80 and 69.00, less
    17.88: 160.92."""
    register.run(100, code="2×1001")
    register.run(100, code="1001")
    register.run(100, code="1005")
    register.run(303, percent="10")
    assert register.transaction is not None
    assert compute(register.transaction).total == D("160.92")
    number = register.run(201).data.receipt_number
    assert isinstance(number, str)
    return number


def back(register: Register, **asked: Any) -> Any:
    return register.run(114, approval=APPROVAL, **asked)


def total(register: Register) -> Decimal:
    assert register.transaction is not None
    return compute(register.transaction).total


def line_ids(register: Register, number: str) -> list[str]:
    return [line.line_id for line in back(register, receipt=number).data.transaction.lines]


def test_everything_comes_back_at_what_was_paid(till: tuple[Shop, Register, Callable[[], None]]) -> None:
    """Part after part, on several returns, in every state of the connection: what was paid, and then no more."""
    shop, register, middle = till
    number = sell(register)
    two, one, book = line_ids(register, number)
    assert register.transaction is None
    back(register, receipt=number, line_id=two, quantity="1")
    first = total(register)
    middle()
    register.run(201)
    back(register, receipt=number, line_id=one)
    back(register, receipt=number, everything=True)
    assert first + total(register) == D("-160.92")
    with pytest.raises(NotAllowed, match="taken back already"):
        back(register, receipt=number, line_id=book)
    register.run(201)
    with pytest.raises(NotAllowed, match="taken back already"):
        back(register, receipt=number, everything=True)
    shop.network.pass_through()
    register.connection.connect(in_transaction=False)
    shop.delivered(register)
    assert sum(sale.total for sale in shop.server.sales()) == 0


def test_more_than_was_sold_is_refused(shop: Shop) -> None:
    """More than the line had, in one go or by changing it afterwards; a receipt or line that is none; nothing typed."""
    register = shop.open_register()
    shop.log_on(register)
    number = sell(register)
    two, _one, book = line_ids(register, number)
    with pytest.raises(NotAllowed, match="Only 2"):
        back(register, receipt=number, line_id=two, quantity="3")
    back(register, receipt=number, line_id=two, quantity="1")
    with pytest.raises(NotAllowed):
        register.run(105, quantity="2")
    with pytest.raises(NotAllowed):
        register.run(104, approval=APPROVAL, price="1000")
    with pytest.raises(NotAllowed, match="Only 1"):
        back(register, receipt=number, line_id=two, quantity="2")
    for asked in ({"receipt": "S1-R1-1-999999"}, {"receipt": number, "line_id": "none"}):
        with pytest.raises(NotFound):
            back(register, **asked)
    with pytest.raises(InvalidInput):
        back(register, receipt=" ")
    with pytest.raises(NotAllowed):
        register.run(114, receipt=number, line_id=book)


def test_another_register_knows(shop: Shop) -> None:
    """What was sold here is taken back there, once; without the store server there it is not known."""
    here, there = shop.open_register(shop.activate("R1")), shop.open_register(shop.activate("R2"))
    for register in (here, there):
        shop.log_on(register)
        shop.with_data(register)
    number = sell(here)
    shop.delivered(here)
    back(there, receipt=number, everything=True)
    assert total(there) == D("-160.92")
    there.run(201)
    shop.delivered(there)
    with pytest.raises(NotAllowed, match="taken back already"):
        back(here, receipt=number, everything=True)
    shop.network.refuse()
    with pytest.raises(NotFound, match="no receipt"):
        back(there, receipt=number, everything=True)


def test_twice_offline_is_a_finding(shop: Shop) -> None:
    """One register takes a receipt back offline, another online meanwhile: both are posted as they are, and
    headquarters' start page names receipt and item until somebody has looked into it."""
    here, there = shop.open_register(shop.activate("R1")), shop.open_register(shop.activate("R2"))
    for register in (here, there):
        shop.log_on(register)
        shop.with_data(register)
    number = sell(here)
    shop.delivered(here)
    here.run(917, action="disconnect")
    back(here, receipt=number, everything=True)
    here.run(201)
    back(there, receipt=number, everything=True)
    there.run(201)
    here.run(917, action="connect")
    for register in (here, there):
        shop.delivered(register)
    channel = shop.server.channel()
    with channel.reading() as connection:
        found = server_module("headquarters.over_returned").over_returned(connection)
        attention = server_module("headquarters.attention").needs_attention(connection, channel.environment.clock.utc())
        findings = server_module("headquarters.completeness").findings(connection, channel.environment.clock.utc())
    assert [one.path for one in attention if number in str(one.what)] == ["/completeness", "/completeness"]
    back_twice = [one.finding_id for one in findings if one.kind == "over_returned"]
    with channel.writing() as connection:
        for finding in back_twice:
            server_module("headquarters.completeness").mark_handled(
                connection, finding, "Both were shown the receipt", "anna", channel.environment.clock.utc()
            )
        attention = server_module("headquarters.attention").needs_attention(connection, channel.environment.clock.utc())
    channel.close()
    assert len(back_twice) == 2
    assert [one for one in attention if number in str(one.what)] == []
    assert [(one.receipt_number, one.item_number, one.sold, one.returned) for one in found] == [
        (number, "1001", D(3), D(6)), (number, "1005", D(1), D(2)),
    ]  # fmt: skip


def test_offline_within_the_limit(make_shop: Callable[..., Shop]) -> None:
    """More than the profile lets a register take back alone needs a manager, whoever may take back otherwise."""
    groups = [
        {**SMALL_STORE["permission_groups"][0], "permissions": ["sell", "return"]},
        SMALL_STORE["permission_groups"][1],
    ]
    staff = [{**SMALL_STORE["staff"][0], "pin": "135790"}, SMALL_STORE["staff"][1]]
    profile = {**PROFILE, "max_offline_return_amount": "100"}
    shop = make_shop(store={**STORE, "permission_groups": groups, "staff": staff}, profile=profile)
    register = shop.open_register()
    shop.log_on(register, pin="135790")
    shop.with_data(register)
    number = sell(register)
    shop.network.refuse()
    two, _one, book = [line.line_id for line in register.run(114, receipt=number).data.transaction.lines]
    register.run(114, receipt=number, line_id=book)
    with pytest.raises(NotAllowed, match="store server") as refused:
        register.run(114, receipt=number, line_id=two)
    assert refused.value.override
    back(register, receipt=number, line_id=two)
    assert total(register) == D("-127.98")


def test_killed_in_the_middle(shop: Shop) -> None:
    """A register that loses power comes back with the return, and counts it."""
    till = shop.start_till(kind=ForkedTill)
    till.run(700, staff_id=MANAGER, pin=MANAGER_PIN)
    till.run(100, code="1005")
    till.run(201)
    till.run(114, receipt="S1-R1-1-000001", everything=True)
    till.kill()
    till.come_back()
    till.run(700, staff_id=MANAGER, pin=MANAGER_PIN)
    (line,) = till.facts()["sale"]["lines"]
    assert (line["quantity"], line["return_of"]) == ("-1", "S1-R1-1-000001")
    till.run(201)
    assert till.facts()["receipts"] == 2
