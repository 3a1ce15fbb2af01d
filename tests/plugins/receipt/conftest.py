"""A printer on the network; a till for each state of the connection, with a simulated printer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.receipt.paper import simulated

from kassa.testing.receipt_printer import ReceiptPrinter


@pytest.fixture
def printer() -> Iterator[ReceiptPrinter]:
    """One that works."""
    with ReceiptPrinter() as printer:
        yield printer


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the simulated printer of the till in each state writes."""
    return tmp_path_factory.mktemp("paper") / "paper.txt"


@pytest.fixture(scope="session")
def enabled_plugins(paper: Path) -> Sequence[str | Mapping[str, Any]]:
    """The till in each state has this plugin, and a simulated control unit."""
    return (simulated(paper), "fiscal_simulator_se")
