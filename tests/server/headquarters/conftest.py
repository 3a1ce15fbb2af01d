"""Headquarters without a server around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kassa.environment import Environment
from kassa.testing.clock import TestClock
from kassa_server.channel import Channel
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.package_files import DirectoryFiles


@pytest.fixture
def clock() -> TestClock:
    """Headquarters' clock."""
    return TestClock()


@pytest.fixture
def headquarters(database: str, clock: TestClock, tmp_path: Path) -> Iterator[Channel]:
    """Headquarters' database with the small store."""
    channel = Channel(database, Environment(clock=clock), tmp_path)
    yield channel
    channel.close()


@pytest.fixture
def distribution(headquarters: Channel, tmp_path: Path) -> Distribution:
    """Distribution into a folder."""
    return Distribution(headquarters, DirectoryFiles(tmp_path / "packages"))
