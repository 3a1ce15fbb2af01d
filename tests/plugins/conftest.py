"""One shop for all tests of the plugins that sell: starting one takes a second, and they leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.plugins.counter import Counter

from kassa.testing.shop import Shop


@pytest.fixture(scope="session")
def open_counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """The shop's till."""
    with Shop(tmp_path_factory.mktemp("counter")) as shop:
        yield Counter(shop)


@pytest.fixture
def counter(open_counter: Counter) -> Counter:
    """The shop's till, between two sales, with the cashier at it and a card terminal that remembers nothing."""
    open_counter.ready()
    open_counter.register.keep_setting("card_simulator", "payments", None)
    return open_counter
