"""One window for all tests of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.ui.desk_kit import Bench
from tests.ui.scripted_register import ScriptedRegister

from kassa_ui import start

if TYPE_CHECKING:
    from tests.ui.pilot import Pilot


# Before any module of tests imports Kivy's window: it would be of another size.
start.prepare()


@pytest.fixture(scope="session")
def application() -> Iterator[Pilot]:
    """The application, started at the first test that wants it."""
    from tests.ui.pilot import Pilot

    pilot = Pilot()
    pilot.start()
    yield pilot
    pilot.stop()


@pytest.fixture
def register() -> Iterator[ScriptedRegister]:
    """A register in Swedish, with nobody logged on."""
    scripted = ScriptedRegister("sv")
    yield scripted
    scripted.close()


@pytest.fixture
def pilot(application: Pilot, register: ScriptedRegister) -> Iterator[Pilot]:
    """The window, showing ``register``."""
    application.attach(register)
    yield application
    register.release()
    application.app.detach()


@pytest.fixture
def selling(application: Pilot, register: ScriptedRegister) -> Iterator[Pilot]:
    """The window with Elin logged on and the sale of the pictures."""
    register.log_on()
    register.sell_example()
    application.attach(register)
    yield application
    register.release()
    application.app.detach()


@pytest.fixture
def bench(register: ScriptedRegister) -> Iterator[Bench]:
    """A till without a window: presenters alone."""
    bench = Bench(register)
    yield bench
    bench.till.stop()
