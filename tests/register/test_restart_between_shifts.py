"""A register with other plugins waiting starts itself again: between shifts, and never while somebody is at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tests.plugins.shift.conftest import store_with_shifts

from kassa.environment import Environment
from kassa.errors import NotAvailable
from kassa.register import Register
from kassa.register.control import ask_running
from kassa.register.restarting import BY_HAND, BY_ITSELF, QUIET_S
from kassa.supervision.pipe import inherited
from kassa.testing.clock import TestClock
from kassa.testing.shop import Shop, wait_until
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
    """Asked for, an open shift does not stand in the way; a sale and a cashier do."""
    register.restarting.by_itself = True
    ask_running(register.directory, "restart")
    assert not is_due(register, clock)
    register.run(LOG_OFF)
    assert is_due(register, clock)


def test_without_other_plugins_it_goes_on(
    register: Register, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A register that nobody is at does not start itself again for nothing, nor reads its journal each second."""
    monkeypatch.setattr("kassa.register.restarting.owners_of_pending", lambda _journal: pytest.fail("it was read"))
    register.restarting.by_itself = True
    register.run(CLOSE_SHIFT)
    assert register.staff is None
    assert not is_due(register, clock)


def test_where_nobody_would_start_it_again_it_stays_open(register: Register, clock: TestClock) -> None:
    """The screen says that somebody must do it, and whoever asks for it is told no."""
    change_plugins(register)
    register.run(CLOSE_SHIFT)
    register.restarting.by_itself = True
    assert is_due(register, clock)
    register.restarting.by_itself = False
    assert not is_due(register, clock)
    assert BY_HAND in register.notices()
    with pytest.raises(NotAvailable, match="Nothing would start this register again"):
        ask_running(register.directory, "restart")


def test_a_register_whose_supervisor_was_killed_sells_on(tmp_path: Path) -> None:
    """It learns of it by the second, and refuses from then on what nobody would carry out."""
    with Shop(tmp_path) as shop:
        folder = shop.activate()
        ours, its = os.pipe()
        name, how = inherited(its)
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-m", "tests.register.watched_till", str(folder), name]
        till = subprocess.Popen(command, env=environment, **how)
        os.close(its)
        wait_until((folder / "lives").exists, "a sale has begun", 60)
        wait_until(lambda: restarts(folder), "somebody watches", 30)
        os.close(ours)
        wait_until(lambda: not restarts(folder), "it knows that nobody watches", 30)
        assert till.poll() is None
        (folder / "close").touch()
        assert till.wait(30) == 0


def restarts(folder: Path) -> bool:
    """Whether the register that runs there would start itself again."""
    try:
        ask_running(folder, "restart")
    except NotAvailable:
        return False
    return True
