"""643 and 644: coupons, online and offline, used as often as they may be."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.register import Register
from kassa.sale.totals import compute
from kassa.testing.shop import Shop

D = Decimal
Step = tuple[Shop, Register, Callable[[], None]]


def total(register: Register) -> Decimal:
    assert register.transaction is not None
    return compute(register.transaction).total


def uses(shop: Shop) -> list[str]:
    rows = shop.server.query("SELECT coupon_code FROM coupon_use ORDER BY coupon_code")
    return [row["coupon_code"] for row in rows]


def reconnect(shop: Shop, register: Register) -> None:
    shop.network.pass_through()
    if not register.connection.state().online:
        register.connection.connect(in_transaction=False)
    shop.delivered(register)


def test_a_coupon_gives_its_discount(step: Step) -> None:
    """In every state of the connection: what it is on costs less, without it again what it did; the sale says which,
    and its use is counted once."""
    shop, register, middle = step
    register.run(100, code="1005")
    assert total(register) == D("69.00")
    said = register.run(643, code=" en ").message
    assert "6" in str(said)
    assert total(register) == D("62.10")
    middle()
    register.run(644)
    assert total(register) == D("69.00")
    register.run(643, code="EN")
    register.run(643, code="KLUBB")  # the same discount, once
    register.run(100, code="1005")
    assert total(register) == D("124.20")
    finished = register.run(201).data
    assert [coupon.code for coupon in finished.transaction.coupons] == ["EN", "KLUBB"]
    reconnect(shop, register)
    assert uses(shop) == ["EN"]
    register.run(100, code="1005")
    with pytest.raises(NotAllowed, match="used already"):
        register.run(643, code="EN")


def test_what_is_no_coupon(shop: Shop) -> None:
    """Unknown, over, empty, in the sale already, after a payment: refused, and the sale is as it was."""
    register = shop.open_register()
    shop.log_on(register)
    register.run(100, code="1005")
    for code, error in (("NEJ", NotFound), ("GAMMAL", NotFound), (" ", InvalidInput), ("x" * 41, InvalidInput)):
        with pytest.raises(error):
            register.run(643, code=code)
    with pytest.raises(NotFound):
        register.run(644)
    register.run(643, code="KLUBB")
    with pytest.raises(InvalidInput, match="already"):
        register.run(643, code="klubb")
    assert total(register) == D("62.10")


def test_used_once_between_two_registers(make_shop: Callable[..., Shop], shop: Shop) -> None:
    """Taken at one register it is taken at the other, before anything is paid; void frees it."""
    first, second = shop.open_register(shop.activate("R1")), shop.open_register(shop.activate("R2"))
    for register in (first, second):
        shop.log_on(register)
        register.run(100, code="1005")
    first.run(643, code="EN")
    with pytest.raises(NotAllowed, match="used already"):
        second.run(643, code="EN")
    first.run(500)
    shop.delivered(first)
    second.run(643, code="EN")
    assert total(second) == D("62.10")


def test_twice_offline_is_a_finding(shop: Shop) -> None:
    """Two registers that take the same coupon without the store server: both sales stay as they are; the second use is
    parked with its reason."""
    registers = [shop.open_register(shop.activate(name)) for name in ("R1", "R2")]
    for register in registers:
        shop.log_on(register)
        shop.with_data(register)
        shop.network.refuse()
        register.run(100, code="1005")
        register.run(643, code="EN")
        register.run(200)
        shop.network.pass_through()
        register.run(917, action="disconnect")
    for register in registers:
        register.run(917, action="connect")
        reconnect(shop, register)
    assert [sale.total for sale in shop.server.sales()] == [D("62.10")] * 2
    (parked,) = shop.server.query("SELECT reason FROM parked_entry")
    assert "EN" in parked["reason"]


def test_offline_as_many_as_the_profile_allows(make_shop: Callable[..., Shop]) -> None:
    """With a limit of one, the second counted coupon waits for the store server; one without a limit does not."""
    from tests.plugins.discounts.conftest import STORE

    shop = make_shop(store=STORE, profile={"request_timeout_s": 1.5, "max_offline_coupon_count": 1})
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    shop.network.refuse()
    register.run(100, code="1005")
    register.run(643, code="EN")
    with pytest.raises(NotAllowed, match="store server"):
        register.run(643, code="TVÅ")
    register.run(643, code="KLUBB")
    assert [coupon.code for coupon in register.transaction.coupons] == ["EN", "KLUBB"]  # type: ignore[union-attr]
