"""Tills on scripted parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.plugins.offline_failover.scripted import Till


@pytest.fixture
def make_till() -> Iterator[Callable[..., Till]]:
    """Makes tills; arguments are settings of the offline profile."""
    made: list[Till] = []

    def make(**profile: Any) -> Till:
        till = Till(**profile)
        made.append(till)
        return till

    yield make
    for till in made:
        till.close()


@pytest.fixture
def till(make_till: Callable[..., Till]) -> Till:
    """A till that is online, with somebody logged on and no sale."""
    till = make_till()
    till.log_on()
    assert till.register.state.online
    return till
