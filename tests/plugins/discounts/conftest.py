"""A shop with promotions, and a register of it in each state of its connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import SMALL_STORE

PROMOTIONS: list[dict[str, Any]] = [
    {"discount_id": "COFFEE", "name": "3 för 2 kaffe", "discount_type": "mix_and_match", "kind": "least_expensive",
     "value": "100", "levels": [{"minimum": "3"}], "products": [{"item_number": "1001"}]},
    {"discount_id": "MILK", "name": "Mjölk 20 %", "kind": "percent", "value": "20", "item_number": "1002"},
    {"discount_id": "FRUIT", "name": "Äpple 29,90", "kind": "deal_price", "value": "29.90",
     "products": [{"item_number": "1003"}]},
    {"discount_id": "SPEND", "name": "50 kr av 900", "discount_type": "threshold", "kind": "amount",
     "levels": [{"minimum": "900", "value": "50"}]},
    {"discount_id": "OLD", "name": "Över", "kind": "percent", "value": "90", "valid_to": "2020-01-01"},
    {"discount_id": "SOON", "name": "Snart", "kind": "percent", "value": "90", "valid_from": "2999-01-01"},
    {"discount_id": "CLUB", "name": "Klubben 10 %", "kind": "percent", "value": "10", "item_number": "1005",
     "coupon_required": True},
]  # fmt: skip
COUPONS = [
    {"coupon_code": "KLUBB", "discount_id": "CLUB"},
    {"coupon_code": "EN", "discount_id": "CLUB", "usage_limit": 1},
    {"coupon_code": "TVÅ", "discount_id": "CLUB", "usage_limit": 2},
    {"coupon_code": "GAMMAL", "discount_id": "CLUB", "valid_to": "2020-01-01"},
]
STORE = {**SMALL_STORE, "discounts": PROMOTIONS, "coupons": COUPONS}
STATES = ("online", "offline", "slow", "switched", "killed")


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop with promotions."""
    return make_shop(store=STORE, profile={"request_timeout_s": 1.5, "reconnect_interval_min": 0.25})


@pytest.fixture(params=STATES)
def step(request: pytest.FixtureRequest, shop: Shop) -> Iterator[tuple[Shop, Register, Callable[[], None]]]:
    """A register with data, and what happens to it in the middle: nothing, or the server goes."""
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    if request.param == "offline":
        shop.network.refuse()
    elif request.param == "slow":
        shop.network.slow(0.05)

    def middle() -> None:
        if request.param == "switched":
            shop.network.refuse()
        elif request.param == "killed":
            register.hooks.register_stopping(register)  # what the plugin remembers goes with the process

    yield shop, register, middle
    shop.network.pass_through()
