"""The test kit as a pytest plugin: fixtures for a partner's tests and for our own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kassa.register import Register
    from kassa.testing.shop import Shop
    from kassa.testing.states import StateShop, TillInState

_PASSED = pytest.StashKey[bool]()


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


@pytest.fixture(scope="session")
def enabled_plugins() -> Sequence[str | Mapping[str, Any]]:
    """The plugins that :func:`till` has behind Kassa's own, as a register's record lists them: a name, or ``name``,
    ``settings`` and ``required``. Override it in ``conftest.py``."""
    return ()


@pytest.fixture(scope="session")
def state_shop(
    tmp_path_factory: pytest.TempPathFactory, enabled_plugins: Sequence[str | Mapping[str, Any]]
) -> Iterator[StateShop]:
    """The shop that :func:`till` stands in."""
    from kassa.testing.states import StateShop

    shop = StateShop(tmp_path_factory.mktemp("states"), enabled_plugins)
    yield shop
    shop.close()


@pytest.fixture
def till(request: pytest.FixtureRequest, state_shop: StateShop) -> Iterator[TillInState]:
    """A till in a state of the connection (:mod:`kassa.testing.states`): the one that ``each_connection_state`` runs
    the test in, otherwise online. What a test that passes leaves under way must come to its end."""
    try:
        till = state_shop.till(getattr(request, "param", "online"))
        yield till
        if request.node.stash.get(_PASSED, False):
            till.settle()
    except BaseException:
        state_shop.close()
        raise
    if not request.node.stash.get(_PASSED, False):
        state_shop.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets :func:`till` know whether its test has passed."""
    report = yield
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    return report
