"""A shop whose registers keep shifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from kassa.register import Register
from kassa.shift_report import ShiftReport
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN, SMALL_STORE

MakeShop = Callable[..., Shop]


def store_with_shifts(settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The small store, its registers with shifts."""
    registers = [
        {**register, "plugins": [*register["plugins"], {"name": "shift", "settings": dict(settings or {})}]}
        for register in SMALL_STORE["registers"]
    ]
    return {**SMALL_STORE, "registers": registers}


class ShiftTill:
    """A register with a manager at it, and short words for what tests do there."""

    def __init__(self, shop: Shop, register: Register) -> None:
        self.shop, self.register = shop, register

    def log_on(self) -> None:
        """The manager logs on, who may close shifts too."""
        self.shop.log_on(self.register, MANAGER, MANAGER_PIN)

    def run(self, operation: int, **parameters: Any) -> Any:
        """Run an operation; what it has for the caller."""
        return self.register.run(operation, **parameters).data

    def sell(self, *items: str, pay: int = 200) -> None:
        """A sale of these items, paid."""
        for item in items:
            self.run(100, code=item)
        self.run(pay)

    def x(self) -> ShiftReport:
        """1056."""
        return self._report(1056)

    def z(self) -> ShiftReport:
        """1055."""
        return self._report(1055)

    def _report(self, operation: int, **parameters: Any) -> ShiftReport:
        report = self.run(operation, **parameters)
        assert isinstance(report, ShiftReport)
        return report


@pytest.fixture(scope="session")
def enabled_plugins() -> Sequence[str | Mapping[str, Any]]:
    """The till in each connection state keeps shifts."""
    return ("shift",)


@pytest.fixture(scope="module")
def shift_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop."""
    with Shop(tmp_path_factory.mktemp("shift"), store=store_with_shifts()) as shop:
        yield shop


@pytest.fixture(scope="module")
def open_till(shift_shop: Shop) -> ShiftTill:
    """Its first register."""
    return ShiftTill(shift_shop, shift_shop.open_register())


@pytest.fixture
def till(open_till: ShiftTill) -> ShiftTill:
    """The register with a new shift, and the manager at it."""
    if open_till.register.transaction is not None:
        open_till.run(500)
    if open_till.register.staff is None:
        open_till.log_on()
    open_till.z()
    open_till.log_on()
    return open_till
