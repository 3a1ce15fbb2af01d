"""The test kit as a pytest plugin: fixtures for a partner's tests and for our own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kassa.register import Register
    from kassa.testing.shop import Shop
    from kassa.testing.states import StateShops, TillInState

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
def state_shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StateShops]:
    """The shops that :func:`till` stands in: one for each list of plugins."""
    from kassa.testing.states import StateShops

    shops = StateShops(tmp_path_factory.mktemp("states"))
    yield shops
    shops.close()


@pytest.fixture
def till(
    request: pytest.FixtureRequest,
    state_shops: StateShops,
    enabled_plugins: Sequence[str | Mapping[str, Any]],
) -> Iterator[TillInState]:
    """A till in a state of the connection (:mod:`kassa.testing.states`): the one that ``each_connection_state`` runs
    the test in, otherwise online. What a test that passes leaves under way must come to its end."""
    shop = state_shops.with_plugins(enabled_plugins)
    try:
        till = shop.till(getattr(request, "param", "online"))
        yield till
        if request.node.stash.get(_PASSED, False):
            till.settle()
    except BaseException:
        shop.close()
        raise
    if not request.node.stash.get(_PASSED, False):
        shop.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets :func:`till` know whether its test has passed."""
    report = yield
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    return report
