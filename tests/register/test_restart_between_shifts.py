"""A register with other plugins waiting starts itself again: between shifts, and never while somebody is at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tests.plugins.shift.conftest import store_with_shifts

from kassa.environment import Environment
from kassa.register import Register
from kassa.register.restarting import BY_HAND, BY_ITSELF, QUIET_S
from kassa.testing.clock import TestClock
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN

CLOSE_SHIFT, LOG_OFF = 1055, 701


@pytest.fixture
def clock() -> TestClock:
    """Time in the test's hands."""
    return TestClock(datetime.now(UTC))


@pytest.fixture
def register(tmp_path: Path, clock: TestClock) -> Iterator[Register]:
    """A register with the cashier at it, its shift open."""
    with Shop(tmp_path, environment=Environment(clock=clock), store=store_with_shifts()) as shop:
        register = shop.open_register()
        shop.log_on(register, MANAGER, MANAGER_PIN)
        yield register


def is_due(register: Register, clock: TestClock) -> bool:
    """Whether it is after a quiet while."""
    register.restarting.is_due()
    clock.advance(QUIET_S + 1)
    return register.restarting.is_due()


def change_plugins(register: Register) -> None:
    """Headquarters takes a plugin off the register's list."""
    register.journal.keep_record(msgspec.structs.replace(register.record, plugins=register.record.plugins[1:]))


def test_only_when_nobody_would_notice(register: Register, clock: TestClock) -> None:
    """Not while there is a sale, a cashier, or an open shift, however long it takes; then after a quiet while. The
    screen says that it waits."""
    register.restarting.by_itself = True
    register.run(100, code=Shop.barcode("1001"))
    assert not is_due(register, clock)
    assert BY_ITSELF not in register.notices()
    change_plugins(register)
    assert not is_due(register, clock)
    assert BY_ITSELF in register.notices()
    register.run(200)
    assert not is_due(register, clock)
    register.run(LOG_OFF)
    assert register.shift_id is not None
    assert not is_due(register, clock)
    Shop.log_on(register, MANAGER, MANAGER_PIN)
    register.run(CLOSE_SHIFT)
    assert register.staff is None
    assert register.shift_id is None
    assert not register.restarting.is_due()
    clock.advance(QUIET_S - 1)
    assert not register.restarting.is_due()
    clock.advance(2)
    assert register.restarting.is_due()


def test_a_manager_may_want_it_before_the_shift_is_closed(register: Register, clock: TestClock) -> None:
    """Asked for, an open shift does not stand in the way; a sale and a cashier do. With nothing that starts the process
    again, the screen says that somebody must."""
    change_plugins(register)
    assert not is_due(register, clock)
    assert BY_HAND in register.notices()
    register.restarting.asked_for = True
    assert not is_due(register, clock)
    register.run(LOG_OFF)
    assert is_due(register, clock)


def test_without_other_plugins_it_goes_on(register: Register, clock: TestClock) -> None:
    """A register that nobody is at does not start itself again for nothing."""
    register.run(CLOSE_SHIFT)
    assert register.staff is None
    assert not is_due(register, clock)
