"""The test kit as a pytest plugin: fixtures for a partner's tests and for our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kassa.register import Register
    from kassa.testing.shop import Shop


@pytest.fixture
def make_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes shops (:class:`kassa.testing.shop.Shop`); its arguments are the shop's."""
    from kassa.testing.shop import Shop

    made: list[Shop] = []

    def make(**options: Any) -> Shop:
        shop = Shop(tmp_path / f"shop-{len(made)}", **options)
        made.append(shop)
        return shop

    yield make
    for shop in made:
        shop.close()


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop whose registers notice a silent store server in 1.5 s (a busy machine takes a while to answer a log on)
    and try again after a quarter minute."""
    return make_shop(profile={"request_timeout_s": 1.5, "reconnect_interval_min": 0.25})


@pytest.fixture
def register(shop: Shop) -> Register:
    """A register of :func:`shop` with the cashier logged on and its offline database loaded."""
    opened = shop.open_register()
    shop.log_on(opened)
    return shop.with_data(opened)
